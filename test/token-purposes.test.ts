import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  bearer,
  ME,
  REFRESH,
  SIGN_OUT,
  signUpUser,
  type TestUser,
} from './harness/graphql-client.js';
import { makeProofKey } from './harness/proof-key.js';
import { startService, type TestService } from './harness/service.js';

const PURPOSES = {
  'an access token': (user: TestUser) => user.accessToken,
  'a refresh token': (user: TestUser) => user.refreshToken,
  'the secret of a refresh token': (user: TestUser) => user.refreshToken.slice('ag_rt_'.length),
  'an access token under the prefix of a refresh token': (user: TestUser) =>
    `ag_rt_${user.accessToken}`,
  'the id of a session': (user: TestUser) => user.sessionId,
  'the id of a token': (user: TestUser) => String(decodeJwt(user.accessToken).jti),
  'the id of a user': (user: TestUser) => user.id,
  'the id of a key': (user: TestUser) => String(decodeProtectedHeader(user.accessToken).kid),
  'a password': (user: TestUser) => user.password,
  'a proof that goes with the access token': () => proof,
  'an access token without the key that it is bound to': () => boundTokens.accessToken,
  'a refresh token without the key that it is bound to': () => boundTokens.refreshToken,
};

interface Endpoint {
  readonly accepts: keyof typeof PURPOSES;
  readonly present: (token: string) => Promise<Answer>;
  /** True when the answer gives the caller what a right token would. */
  readonly worked: (answer: Answer) => boolean;
}

let service: TestService;
let victim: TestUser;
let proof: string;
/** Of another user, whose client holds a key. */
let boundTokens: TestUser;

const refreshed = ({ body }: Answer) => body.data.refreshSession.__typename === 'SessionRefreshed';
const signedOut = ({ body }: Answer) => body.data.signOut.endedSessions > 0;
const recognised = ({ body }: Answer) => body.data.me !== null || body.data.session !== null;

const ENDPOINTS: { readonly [name: string]: Endpoint } = {
  'the Authorization header of me': {
    accepts: 'an access token',
    present: (token) => service.send(ME, {}, bearer(token)),
    worked: recognised,
  },
  'the access cookie of me': {
    accepts: 'an access token',
    present: (token) => service.send(ME, {}, { cookie: `authgraph-at=${token}` }),
    worked: recognised,
  },
  'the input of refreshSession': {
    accepts: 'a refresh token',
    present: (token) => service.send(REFRESH, { refreshToken: token }),
    worked: refreshed,
  },
  'the refresh cookie of refreshSession': {
    accepts: 'a refresh token',
    present: (token) => service.send(REFRESH, {}, { cookie: `authgraph-rt=${token}` }),
    worked: refreshed,
  },
  'the input of signOut': {
    accepts: 'a refresh token',
    present: (token) =>
      service.send(SIGN_OUT, { input: { refreshToken: token, everywhere: true } }),
    worked: signedOut,
  },
  'the refresh cookie of signOut': {
    accepts: 'a refresh token',
    present: (token) =>
      service.send(SIGN_OUT, { input: { everywhere: true } }, { cookie: `authgraph-rt=${token}` }),
    worked: signedOut,
  },
  'the Authorization header of signOut': {
    accepts: 'an access token',
    present: (token) => service.send(SIGN_OUT, { input: { everywhere: true } }, bearer(token)),
    worked: signedOut,
  },
  'the access cookie of signOut': {
    accepts: 'an access token',
    present: (token) =>
      service.send(SIGN_OUT, { input: { everywhere: true } }, { cookie: `authgraph-at=${token}` }),
    worked: signedOut,
  },
};

beforeAll(async () => {
  service = await startService();
  victim = await signUpUser(service.send);
  const key = await makeProofKey();
  const url = 'http://localhost:4000/graphql';
  proof = await key.proof(url, { token: victim.accessToken });
  boundTokens = await signUpUser(async (query, variables) =>
    service.send(query, variables, { dpop: await key.proof(url) }),
  );
});
afterAll(() => service[Symbol.asyncDispose]());

const cells = Object.entries(ENDPOINTS).flatMap(([endpoint, { accepts, present, worked }]) =>
  Object.entries(PURPOSES).map(([purpose, tokenOf]) => ({
    endpoint,
    purpose,
    present,
    worked,
    tokenOf,
    right: purpose === accepts,
  })),
);

describe('a token of one purpose never works for another (requirement 20)', () => {
  it.each(cells.filter(({ right }) => !right))(
    '$purpose as $endpoint changes nothing and tells nothing',
    async ({ present, worked, tokenOf }) => {
      const answer = await present(tokenOf(victim));
      expect(worked(answer)).toBe(false);
      expect([200, 401]).toContain(answer.status);
      expect(JSON.stringify(answer.body)).not.toContain(victim.email);
      expect(
        answer.headers
          .getSetCookie()
          .filter((cookie) => !cookie.includes('Expires=Thu, 01 Jan 1970')),
      ).toEqual([]);
      const rows = await service.sql('select generation, ended_at from sessions where id = ?', [
        victim.sessionId,
      ]);
      expect(rows).toEqual([{ generation: 0, ended_at: null }]);
    },
  );

  it.each(cells.filter(({ right }) => right))(
    '$purpose as $endpoint does what it is for',
    async ({ present, worked, tokenOf }) => {
      const answer = await present(tokenOf(await signUpUser(service.send)));
      expect(worked(answer)).toBe(true);
    },
  );

  it.each(Object.entries(PURPOSES))(
    '%s as the refresh cookie does not say who asks',
    async (_purpose, tokenOf) => {
      const { status, body } = await service.send(
        ME,
        {},
        { cookie: `authgraph-rt=${tokenOf(victim)}` },
      );
      expect({ status, body }).toMatchObject({
        status: 200,
        body: { data: { me: null, session: null } },
      });
    },
  );
});
