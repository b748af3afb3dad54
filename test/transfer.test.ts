import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { hashSync as argon2 } from '@node-rs/argon2';
import { hashSync as bcrypt } from '@node-rs/bcrypt';
import { encrypt as sha512Crypt } from 'unixcrypt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transfer } from '../src/features/transfer/index.js';
import { operator } from '../src/kernel/caller.js';
import { claimsOf } from './harness/administrator.js';
import { SIGN_IN } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';
import { realmOf } from './harness/service-parts.js';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());

async function* linesOf(rows: readonly unknown[]): AsyncGenerator<string> {
  for (const row of rows) yield typeof row === 'string' ? row : JSON.stringify(row);
}

/** Imports lines; what is no text is written as JSON. */
async function importAll(rows: readonly unknown[]) {
  const refused: string[] = [];
  const progress = await service.app
    .use(transfer)
    .importUsers.run(await realmOf(service), linesOf(rows), operator('test'), {
      onProgress: () => {},
      onRefused: (line, reason) => refused.push(`${line}: ${reason}`),
    });
  return { ...progress, reasons: refused };
}

async function signIn(email: string, password: string) {
  return (await service.send(SIGN_IN, { input: { email, password } })).body.data.signIn;
}

const PASSWORD = 'grüne Otter 42 klettern';
const SALT = Buffer.from('0123456789abcdef');
const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
const HASHES = {
  argon2id: argon2(PASSWORD, { memoryCost: 1_024, timeCost: 1, parallelism: 1 }),
  argon2i: argon2(PASSWORD, { algorithm: 1, memoryCost: 1_024, timeCost: 2, parallelism: 1 }),
  bcrypt: bcrypt(PASSWORD, 4),
  'bcrypt of PHP': bcrypt(PASSWORD, 4).replace(/^\$2b\$/, '$2y$'),
  'SHA-512 crypt': sha512Crypt(PASSWORD, '$6$rounds=1000$saltsalt'),
  'PBKDF2-SHA-256': `$pbkdf2-sha256$i=1000$${base64(SALT)}$${base64(pbkdf2Sync(PASSWORD, SALT, 1_000, 32, 'sha256'))}`,
  scrypt: `$scrypt$ln=10,r=8,p=1$${base64(SALT)}$${base64(scryptSync(PASSWORD, SALT, 32, { N: 1_024, r: 8, p: 1 }))}`,
};
/** The example of Firebase's own documentation of its scrypt. */
const FIREBASE = {
  password: 'user1password',
  hash:
    '$firebase-scrypt$m=14,r=8,sep=Bw==,' +
    'key=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==' +
    '$42xEC+ixf3L2lw==$' +
    'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
};

describe('an imported password', () => {
  it.each([
    ...Object.entries(HASHES).map(([kind, hash]) => [kind, PASSWORD, hash] as const),
    ['scrypt of Firebase', FIREBASE.password, FIREBASE.hash] as const,
  ])('that was hashed with %s signs in, and is hashed anew then', async (kind, password, hash) => {
    const email = `${kind.replace(/\W/g, '.')}@import.example.com`.toLowerCase();
    expect(await importAll([{ email, passwordHash: hash }])).toMatchObject({ imported: 1 });
    expect((await signIn(email, `${password}!`)).__typename).toBe('InvalidCredentials');
    const stored = () =>
      service.sql<{ hash: string }>(
        'select p.hash from passwords p join identities i on i.id = p.identity_id where i.email = ?',
        [email],
      );
    expect((await stored())[0]?.hash).not.toMatch(/^\$argon2id\$v=19\$m=19456|key=/);
    expect((await signIn(email, password)).__typename).toBe('SignedIn');
    expect((await stored())[0]?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await signIn(email, password)).__typename).toBe('SignedIn');
  });
});

describe('an import', () => {
  const full = {
    id: '019d1111-0000-7000-8000-000000000001',
    email: 'Full@import.example.com',
    emailVerified: true,
    disabled: false,
    createdAt: '2020-01-02T03:04:05.678Z',
    roles: ['admin'],
    publicMetadata: { plan: 'pro', list: [null, 1] },
    privateMetadata: { note: 'x' },
    passwordHash: HASHES.bcrypt,
    identities: [
      { method: 'google', subject: '4711', email: 'full@gmail.example', verified: true },
    ],
  };

  it('takes everything that is known of a user, and an export gives it back', async () => {
    expect(await importAll([full])).toMatchObject({ imported: 1, refused: 0 });
    const exported: string[] = [];
    const realm = await realmOf(service);
    for await (const line of service.app.use(transfer).exportUsers(realm, { passwords: true })) {
      exported.push(line);
    }
    expect(exported.map((line) => JSON.parse(line))).toContainEqual(full);
    for await (const line of service.app.use(transfer).exportUsers(realm, { passwords: false })) {
      expect(line).not.toContain('passwordHash');
    }
    const signedIn = await signIn('full@import.example.com', PASSWORD);
    expect(claimsOf(signedIn.tokens)).toMatchObject({ sub: full.id, roles: ['admin'] });
  });

  it('that is run again changes nothing, whatever was imported before', async () => {
    const rows = Array.from({ length: 1_234 }, (_, n) => ({ email: `n${n}@again.example.com` }));
    expect(await importAll(rows.slice(0, 700))).toMatchObject({ imported: 700 });
    const again = await importAll([...rows, full, { ...rows[0], publicMetadata: { a: 1 } }]);
    expect(again).toMatchObject({ lines: 1_236, imported: 534, known: 702, refused: 0 });
    const [{ n = 0 } = {}] = await service.sql<{ n: number }>(
      "select count(*)::int as n from users where email like '%@again.example.com'",
    );
    expect(n).toBe(1_234);
  });

  it('says which lines it refused and why, and takes the others', async () => {
    const secret = 'CaNaRy';
    const done = await importAll([
      { email: 'good@refused.example.com' },
      `{"email": "${secret}`,
      '[]',
      { email: `${secret} no address` },
      { email: 'a@refused.example.com', passwordHash: `$1$${secret}` },
      { email: 'b@refused.example.com', roles: ['nosuch'] },
      { email: 'c@refused.example.com', plan: secret },
      { emailVerified: true },
      { email: 'd@refused.example.com', publicMetadata: { a: 'x'.repeat(9_000) } },
      { email: 'e@refused.example.com', publicMetadata: { a: '\u0000' } },
      { passwordHash: HASHES.bcrypt },
      '',
      { email: 'fine@refused.example.com' },
    ]);
    expect(done).toMatchObject({ lines: 13, imported: 2, refused: 10 });
    expect(done.reasons.map((reason) => Number.parseInt(reason, 10))).toEqual([
      2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
    expect(done.reasons.join()).not.toContain(secret);
  });

  it('is one event of the audit log for each transaction', async () => {
    const events = await service.sql("select 1 from audit_events where type = 'users.imported'");
    expect(events.length).toBeGreaterThan(3);
  });
});
