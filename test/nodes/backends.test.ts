import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BACKENDS,
  buildBackend,
  problemOf,
  type RunningBackend,
  startBackend,
  unusedPort,
} from '../harness/backends.js';
import { bearer, signUpUser, type TestUser } from '../harness/graphql-client.js';
import { startService, type TestService } from '../harness/service.js';
import { keyRingOf } from '../harness/service-parts.js';
import { changeSignature, type Forge, genuineToken, signed } from '../harness/token-forge.js';

/** Building them takes minutes the first time, so that it has to be asked for. */
const ASKED_FOR = process.env.TEST_BACKENDS !== undefined;

if (!ASKED_FOR) {
  process.stderr.write(
    '\n*** The backends of docs/backends.md are NOT run: set TEST_BACKENDS=1 ***\n\n',
  );
}

describe.skipIf(!ASKED_FOR)('a server in another language (docs/backends.md)', async () => {
  let service: TestService;
  let issuer: string;
  let user: TestUser;
  let forge: Forge;

  beforeAll(async () => {
    const port = await unusedPort();
    issuer = `http://127.0.0.1:${port}`;
    service = await startService({ env: { PORT: String(port), AUTHGRAPH_ISSUER: issuer } });
    user = await signUpUser(service.send);
    const key = (await keyRingOf(service)).signingKey();
    forge = { key, claims: decodeJwt(user.accessToken), attackerUrl: '' };
  });
  afterAll(() => service?.[Symbol.asyncDispose]());

  for (const backend of BACKENDS) {
    const problem = ASKED_FOR ? await problemOf(backend) : undefined;
    if (problem !== undefined)
      process.stderr.write(`\n*** ${backend.name} is NOT run: ${problem} ***\n\n`);

    describe.skipIf(problem !== undefined)(backend.name, () => {
      let running: RunningBackend;
      beforeAll(async () => {
        const folder = await buildBackend(backend);
        running = await startBackend(backend, { folder, issuer });
      }, 400_000);
      afterAll(() => running?.[Symbol.asyncDispose]());

      const ask = (headers: Record<string, string>) => fetch(`${running.url}/me`, { headers });
      const status = async (token: string) => (await ask(bearer(token))).status;

      it('knows the user of a token of the service', async () => {
        const answer = await ask(bearer(user.accessToken));
        expect(answer.status).toBe(200);
        expect(await answer.json()).toEqual({ userId: user.id });
        expect(await status(await genuineToken(forge))).toBe(200);
      });

      it('answers 401 without a token, to garbage and to a changed signature', async () => {
        expect((await ask({})).status).toBe(401);
        for (const garbage of ['garbage', 'a.b.c', user.refreshToken])
          expect(await status(garbage)).toBe(401);
        const changed = changeSignature(user.accessToken, (bytes) => bytes.fill(7, 3, 9));
        expect(await status(changed)).toBe(401);
      });

      it.each([
        ['of another issuer', {}, { iss: 'https://another.test' }],
        ['for another audience', {}, { aud: 'https://another.test' }],
        ['of another type', { typ: 'JWT' }, {}],
        ['of no type', { typ: undefined }, {}],
        ['that has expired', {}, { exp: Math.floor(Date.now() / 1_000) - 120 }],
        ['with an unknown key', { kid: 'A'.repeat(43) }, {}],
        ['without a signature', { alg: 'none' }, {}],
      ])('answers 401 to a token %s', async (_what, header, claims) => {
        expect(await status(await signed(forge, header, claims))).toBe(401);
      });
    });
  }
});
