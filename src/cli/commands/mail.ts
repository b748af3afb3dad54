import type { Command } from 'commander';
import { type CommandsDeps, realmOption } from './options.js';

/** Commands about mails. */
export function addMailCommands(program: Command, { env, end }: CommandsDeps): void {
  const mail = program.command('mail').description('look at the mails: preview, templates');
  mail
    .command('preview')
    .description('write every mail to a folder, as it would look')
    .requiredOption('--to <folder>', 'where to')
    .addOption(realmOption())
    .action(async (options) => end((await import('../mail.js')).previewMails(env, options)));
  mail
    .command('templates')
    .description('write the templates that come with the service to a folder, to be changed')
    .requiredOption('--to <folder>', 'where to')
    .action(async (options) => end((await import('../mail.js')).writeTemplates(env, options)));
}
