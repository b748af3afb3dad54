import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mail } from '../features/mail/index.js';
import { LAYOUT } from '../platform/mail/layout.js';
import { CommandFailed, EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, type RealmOption, withRealm, withService } from './set-up.js';
import { print } from './terminal.js';

interface Target {
  readonly to: string;
}

/** Writes every mail in every language, as a realm would send it, with made-up values. */
export function previewMails(env: Environment, options: Target & RealmOption): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use, platform }) => {
    const { renderer } = use(mail);
    const { languages } = await renderer.templates().catch(refuse);
    for (const language of languages) {
      const folder = join(options.to, language);
      await mkdir(folder, { recursive: true });
      for (const type of platform.allMails) {
        const { subject, text, html } = await renderer
          .render(realm, type, language, type.sample)
          .catch(refuse);
        await writeFile(join(folder, `${type.name}.txt`), `Subject: ${subject}\n\n${text}`);
        await writeFile(join(folder, `${type.name}.html`), html);
        print(join(folder, `${type.name}.html`));
      }
    }
    return EXIT.done;
  });
}

/** Writes the templates that come with the service, to be changed. */
export function writeTemplates(env: Environment, { to }: Target): Promise<ExitCode> {
  return withService(env, async ({ platform }) => {
    for (const { name, templates } of platform.allMails) {
      for (const [language, text] of Object.entries(templates)) {
        await mkdir(join(to, language), { recursive: true });
        await writeNew(join(to, language, `${name}.liquid`), text);
      }
    }
    await writeNew(join(to, 'layout.liquid'), LAYOUT);
    return EXIT.done;
  });
}

/** What somebody has changed stays as it is. */
async function writeNew(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? new CommandFailed(`${path} is there already`) : error;
  });
  print(path);
}

function refuse(error: unknown): never {
  throw new CommandFailed(error instanceof Error ? error.message : String(error), EXIT.settings);
}
