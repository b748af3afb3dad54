import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FEATURES } from '../src/app/features.js';
import * as operations from './harness/account-operations.js';
import { signInAgain } from './harness/accounts.js';
import { embedded, runCommand } from './harness/command-line.js';
import { FakeClock } from './harness/fake-clock.js';
import { bearer, signUpUser } from './harness/graphql-client.js';
import { copyTemplate, startService, type TestService } from './harness/service.js';
import { untilJobsAreDone } from './harness/service-parts.js';
import { until } from './harness/until.js';

const NEW_PASSWORD = 'violet-badger-sings-31';

let service: TestService;
let clock: FakeClock;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authgraph-templates-'));
  await mkdir(join(folder, 'fr'));
  await writeFile(
    join(folder, 'fr', 'password-reset.liquid'),
    'Subject: {{ brand.name }}\n\nBonjour {{ email }} <b>&\n\n[Ouvrir]({{ link }})\n',
  );
  clock = new FakeClock();
  service = await startService({
    clock,
    env: {
      AUTHGRAPH_TEMPLATES: folder,
      AUTHGRAPH_BRAND_NAME: 'Chez <Ada>',
      AUTHGRAPH_DELETION_GRACE: '7d',
    },
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const page = async (path = '/mails', headers = {}) => {
  const response = await fetch(`${service.url}${path}`, { headers });
  return { response, text: await response.text() };
};

async function mailsShown(): Promise<string> {
  await untilJobsAreDone(service);
  return (await page()).text;
}

describe('the page with the mails sent', () => {
  it('shows a mail without any mail server, with a link that works', async () => {
    const user = await signUpUser(service.send);
    await service.send(operations.REQUEST_RESET, { email: user.email });
    const shown = await mailsShown();
    expect(shown).toContain(`<b>${user.email}</b>`);
    const [, link = ''] = /<a href="(http:[^"]+)"/.exec(shown) ?? [];
    const url = new URL(link);
    const { response, text } = await page(url.pathname + url.search);
    expect(response.status).toBe(200);
    expect(text).toContain('resetPassword(input: { token: $token, newPassword: $password })');
    const input = { token: url.searchParams.get('token'), newPassword: NEW_PASSWORD };
    const { body } = await service.send(operations.RESET, { input });
    expect(body.data.resetPassword).toMatchObject({ __typename: 'PasswordChanged' });
  });

  it('leads to a page for each link, whose mutation takes the token', async () => {
    const mails = FEATURES.flatMap((feature) => feature.mails ?? []);
    const pages = new Set(mails.flatMap((mail) => mail.page ?? []));
    expect(pages.size).toBe(4);
    for (const { name, mutation, asksForPassword } of pages) {
      expect((await page(`/${name}`)).response.status).toBe(200);
      const variables = asksForPassword ? { password: NEW_PASSWORD } : {};
      const { body } = await service.send(mutation, { token: 'garbage', ...variables });
      expect(body.data.answer).toMatchObject({ __typename: 'TokenRejected' });
    }
  });

  it('logs that there is a mail, and no token', async () => {
    const user = await signUpUser(service.send);
    await service.send(operations.REQUEST_RESET, { email: user.email });
    await untilJobsAreDone(service);
    expect(service.logged()).toContain('A mail: open /mails in a browser');
    expect(service.logged()).not.toContain('ag_ot_');
  });

  it('is not there for a page elsewhere that leads here under a name of its own', async () => {
    const { hostname, port } = new URL(service.url);
    const status = await new Promise((resolve) => {
      const headers = { host: `rebound.example.com:${port}` };
      request({ hostname, port, path: '/mails', headers }, (response) => {
        resolve(response.statusCode);
        response.resume();
      }).end();
    });
    expect(status).toBe(404);
  });

  it('is not there in production, nor under a public name', async () => {
    const env = { AUTHGRAPH_ISSUER: 'https://auth.example.com' };
    await using publicService = await startService({ env });
    for (const path of ['/mails', '/reset-password']) {
      expect((await fetch(`${publicService.url}${path}`)).status).toBe(404);
    }
  });
});

describe('a template of the operator’s own', () => {
  it('is used for its language, with text and HTML of it, and values as they are', async () => {
    const user = await signUpUser(service.send);
    await service.sql("update users set language = 'fr-CA' where id = ?", [user.id]);
    await service.send(operations.REQUEST_RESET, { email: user.email });
    const shown = await mailsShown();
    expect(shown).toContain('<h2>Chez &#60;Ada&#62;</h2>');
    expect(shown).toContain(`Bonjour ${user.email} &#60;b&#62;&#38;`); // in the text
    expect(shown).toContain(`Bonjour ${user.email} &#38;lt;b&#38;gt;&#38;amp;`); // in the HTML
  });

  it('stops the start when it is broken, and says where', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'authgraph-templates-'));
    await mkdir(join(broken, 'de'));
    const file = join(broken, 'de', 'invitation.liquid');
    await writeFile(file, 'Subject: x\n\n{{ nope }}');
    await expect(startService({ env: { AUTHGRAPH_TEMPLATES: broken } })).rejects.toThrow(
      `AUTHGRAPH_TEMPLATES: ${file}:3: undefined variable: nope`,
    );
    await rm(broken, { recursive: true });
  });
});

describe('an account that is deleted after a time of grace', () => {
  const remove = async (accessToken: string, currentPassword: string) =>
    service.send(operations.DELETE_ME, { input: { currentPassword } }, bearer(accessToken));
  const exists = async (id: string) =>
    (await service.sql('select 1 from users where id = ?', [id])).length > 0;
  /** As if the days had passed. */
  const makeDue = () =>
    service.sql(
      "update authgraph_jobs.job set start_after = now() where name = 'account-deletion.delete'",
    );

  it('is signed out at once, and gone when the time is over', async () => {
    const user = await signUpUser(service.send);
    const { body } = await remove(user.accessToken, user.password);
    expect(body.data.deleteMyAccount).toEqual({ __typename: 'AccountDeleted', id: user.id });
    const me = await service.send('{ me { id } }', {}, bearer(user.accessToken));
    expect(me.body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
    expect(await exists(user.id)).toBe(true);
    expect(await mailsShown()).toContain('Your account will be deleted');
    clock.advance(7 * 86_400 + 1);
    await makeDue();
    await until(async () => !(await exists(user.id)), 15_000, 'the user is gone');
  });

  it('stays when its owner signs in within the time', async () => {
    const user = await signUpUser(service.send);
    await remove(user.accessToken, user.password);
    await signInAgain(service.send, user);
    const [row] = await service.sql('select deletion_due_at from users where id = ?', [user.id]);
    expect(row).toEqual({ deletion_due_at: null });
    expect(service.logged()).toContain('user.deletion_cancelled');
  });
});

describe('authgraph mail', () => {
  it('writes every mail, and templates that make the same mails', async () => {
    const dataDir = await copyTemplate();
    const out = join(folder, '..', `${dataDir.split('/').at(-1)}-mails`);
    const env = embedded(dataDir);
    const preview = (to: string, more = {}) =>
      runCommand(['mail', 'preview', '--to', join(out, to)], { ...env, ...more });
    expect(await preview('a')).toMatchObject({ code: 0, stderr: '' });
    const reset = ['de', 'password-reset.txt'];
    expect(await readFile(join(out, 'a', ...reset), 'utf8')).toContain('Wähle ein neues Passwort');

    const write = ['mail', 'templates', '--to', join(out, 't')];
    expect(await runCommand(write, env)).toMatchObject({ code: 0 });
    expect(await runCommand(write, env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is there already'),
    });
    expect(await preview('b', { AUTHGRAPH_TEMPLATES: join(out, 't') })).toMatchObject({ code: 0 });
    for (const file of await readdir(join(out, 'a', 'de'))) {
      const [a, b] = await Promise.all(
        ['a', 'b'].map((each) => readFile(join(out, each, 'de', file), 'utf8')),
      );
      expect(b).toBe(a);
    }
    await Promise.all([out, dataDir].map((each) => rm(each, { recursive: true })));
  }, 60_000);
});
