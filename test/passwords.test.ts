import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commonPasswords } from '../src/features/password/common-passwords.js';
import { SIGN_IN, SIGN_UP } from './harness/graphql-client.js';
import { leaksOf } from './harness/leaks.js';
import { startService, type TestService } from './harness/service.js';

let service: TestService;
const used: string[] = [];
let made = 0;
const newEmail = () => `person-${++made}@passwords.example.com`;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());

async function signUp(password: string, email = newEmail()) {
  const { status, body } = await service.send(SIGN_UP, { input: { email, password } });
  expect(status).toBe(200);
  if (body.data.signUp.__typename === 'SignedIn') used.push(password);
  return { email, answer: body.data.signUp };
}

async function signIn(email: string, password: string): Promise<string> {
  const { status, body } = await service.send(SIGN_IN, { input: { email, password } });
  expect(status).toBe(200);
  return body.data.signIn.__typename;
}

const weak = (...reasons: string[]) => ({
  __typename: 'WeakPassword',
  reasons,
  minimumLength: 8,
  message: expect.any(String),
});

describe('the length of a password (requirement 1)', () => {
  it('is counted in code points, so that eight foxes are eight and not sixteen', async () => {
    expect((await signUp('🦊🦊🦊🦊🦊🦊🦊')).answer).toEqual(weak('TOO_SHORT'));
    expect((await signUp('🦊🦉🦊🦊🦊🦊🦊🦊')).answer).toMatchObject({ __typename: 'SignedIn' });
  });

  it('is 256 at most', async () => {
    expect((await signUp('🦊'.repeat(257))).answer).toEqual(weak('TOO_LONG'));
    expect((await signUp('x'.repeat(10_000))).answer).toEqual(weak('TOO_LONG'));
  });

  it('is never cut: a password of 256 is compared to its last character', async () => {
    const password = `${'🦊'.repeat(255)}a`;
    const { email } = await signUp(password);
    expect(await signIn(email, `${'🦊'.repeat(255)}b`)).toBe('InvalidCredentials');
    expect(await signIn(email, '🦊'.repeat(255))).toBe('InvalidCredentials');
    expect(await signIn(email, `${password}a`)).toBe('InvalidCredentials');
    expect(await signIn(email, password)).toBe('SignedIn');
  });

  it('has a minimum that an operator sets, to 15 for example', async () => {
    await using strict = await startService({ env: { AUTHGRAPH_PASSWORD_MIN_LENGTH: '15' } });
    const answerTo = async (password: string) =>
      (await strict.send(SIGN_UP, { input: { email: newEmail(), password } })).body.data.signUp;
    expect(await answerTo('qzjvkwpxmfybgt')).toEqual({ ...weak('TOO_SHORT'), minimumLength: 15 });
    expect(await answerTo('qzjvkwpxmfybgtr')).toMatchObject({ __typename: 'SignedIn' });
  });
});

describe('what a password is made of', () => {
  it('is left to its owner: fifteen lower-case letters will do (requirement 2)', async () => {
    expect((await signUp('qzjvkwpxmfybgtr')).answer).toMatchObject({ __typename: 'SignedIn' });
  });

  it('may not be one that attackers try first (requirement 3)', async () => {
    const first = [...(await commonPasswords())]
      .filter((password) => password.length >= 8)
      .slice(0, 25);
    expect(first).toHaveLength(25);
    for (const password of first)
      expect((await signUp(password)).answer, password).toEqual(weak('COMMON'));
    expect((await signUp('PassWord')).answer).toEqual(weak('COMMON'));
    expect((await signUp('ｐａｓｓｗｏｒｄ')).answer).toEqual(weak('COMMON'));
  });

  it('may not contain what stands before the @ (requirement 3)', async () => {
    expect((await signUp('I-am-Lovelace-1843', 'Lovelace@passwords.example.com')).answer).toEqual(
      weak('CONTAINS_EMAIL'),
    );
  });

  it('leaves no user behind when it is refused', async () => {
    const { email } = await signUp('short');
    expect(await service.sql('select 1 from users where email_normalized = ?', [email])).toEqual(
      [],
    );
  });
});

describe('how a password is compared (requirement 4)', () => {
  const FORMS = ['NFC', 'NFD', 'NFKC', 'NFKD'] as const;
  const typed = 'Ångström ﬁnds ①½';

  it.each(FORMS)(
    'signs in with every Unicode form of a password that was set as %s',
    async (form) => {
      const { email } = await signUp(typed.normalize(form));
      for (const other of FORMS)
        expect(await signIn(email, typed.normalize(other)), other).toBe('SignedIn');
    },
  );

  it('takes everything else exactly as received: case, spaces, accents, NULs', async () => {
    const { email } = await signUp(' Zwölf Boxkämpfer\0 ');
    for (const other of [
      'Zwölf Boxkämpfer\0',
      ' zwölf Boxkämpfer\0 ',
      ' Zwolf Boxkampfer\0 ',
      ' Zwölf Boxkämpfer ',
      ' Zwölf  Boxkämpfer\0 ',
    ]) {
      expect(await signIn(email, other), JSON.stringify(other)).toBe('InvalidCredentials');
    }
    expect(await signIn(email, ' Zwölf Boxkämpfer\0 ')).toBe('SignedIn');
  });
});

it('keeps passwords and their hashes out of the log, and passwords out of the database', async () => {
  expect(await leaksOf(service, used)).toEqual([]);
});
