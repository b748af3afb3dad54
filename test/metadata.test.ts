import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refresh } from './harness/accounts.js';
import { claimsOf, mutate, signInWithRoles } from './harness/administrator.js';
import { bearer, signUpUser, type TestUser } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

let service: TestService;
let root: TestUser;
let ada: TestUser;
beforeAll(async () => {
  service = await startService({ env: { AUTHGRAPH_TOKEN_METADATA_KEYS: 'plan, team' } });
  root = await signInWithRoles(service, 'root@users.example.com', ['admin']);
  ada = await signUpUser(service.send);
});
afterAll(() => service[Symbol.asyncDispose]());

const PROBLEM = '__typename ... on Problem { message }';
const RESULT = `{ ${PROBLEM} ... on UserUpdated { user { id publicMetadata } } }`;

/** Sends the patch as a variable, as clients do. */
async function own(patch: unknown, user = ada) {
  const query = `mutation ($patch: JSON!) { updateMyMetadata(patch: $patch) ${RESULT} }`;
  const { body } = await service.send(query, { patch }, bearer(user.accessToken));
  return body.errors === undefined ? body.data.updateMyMetadata : body.errors[0].extensions.code;
}

async function ofUser(input: object) {
  const query = `mutation ($input: UpdateUserMetadataInput!) {
    updateUserMetadata(input: $input) { ${PROBLEM}
      ... on UserUpdated { user { publicMetadata privateMetadata } } } }`;
  const { body } = await service.send(query, { input }, bearer(root.accessToken));
  return body.errors === undefined ? body.data.updateUserMetadata : body.errors[0].extensions.code;
}

describe('public metadata', () => {
  it('is changed by its user with merge patches', async () => {
    expect((await own({ theme: 'dark', name: { first: 'Ada', last: 'L' } })).user).toEqual({
      id: ada.id,
      publicMetadata: { theme: 'dark', name: { first: 'Ada', last: 'L' } },
    });
    expect((await own({ theme: null, name: { last: null } })).user.publicMetadata).toEqual({
      name: { first: 'Ada' },
    });
  });

  it('takes a patch that is written in the document, too', async () => {
    const patch = 'updateMyMetadata(patch: { a: [1, 2.5, "x", true, null, { b: 1 }] })';
    const { user } = await mutate(service.send, `${patch} ${RESULT}`, ada);
    expect(user.publicMetadata.a).toEqual([1, 2.5, 'x', true, null, { b: 1 }]);
  });

  it('keeps what parallel patches change, each of them', async () => {
    const keys = ['p1', 'p2', 'p3', 'p4', 'p5'];
    await Promise.all(keys.map((key) => own({ [key]: 1 })));
    expect((await own({})).user.publicMetadata).toMatchObject(
      Object.fromEntries(keys.map((key) => [key, 1])),
    );
  });

  it('is in the token where the setting lists the key, and only administrators change it', async () => {
    expect((await own({ plan: 'pro' })).__typename).toBe('InvalidMetadata');
    expect((await own({ plan: null })).__typename).toBe('InvalidMetadata');
    await ofUser({ userId: ada.id, public: { plan: 'pro', other: 1 } });
    const { tokens } = await refresh(service.send, ada.refreshToken);
    expect(claimsOf(tokens).public_metadata).toEqual({ plan: 'pro' });
    expect(claimsOf(root)).not.toHaveProperty('public_metadata');
  });
});

describe('private metadata', () => {
  it('is changed and read by administrators only', async () => {
    const { user } = await ofUser({ userId: ada.id, private: { note: 'careful' } });
    expect(user.privateMetadata).toEqual({ note: 'careful' });
    const { body } = await service.send('{ me { privateMetadata } }', {}, bearer(ada.accessToken));
    expect(body.data.me.privateMetadata).toBeNull();
    expect(JSON.stringify(body)).not.toContain('careful');
    const forbidden = `updateUserMetadata(input: { userId: "${ada.id}", public: { a: 1 } }) ${RESULT}`;
    expect(await mutate(service.send, forbidden, ada)).toBe('FORBIDDEN');
  });
});

describe('metadata that cannot be stored', () => {
  it.each([
    ['no object', ['a']],
    ['text', 'a'],
    ['U+0000', { a: 'b\u0000' }],
    ['a lone surrogate in a key', { 'a\ud800': 1 }],
    ['too much', { a: 'x'.repeat(9_000) }],
    ['too deep', JSON.parse(`${'{"a":'.repeat(12)}1${'}'.repeat(12)}`)],
  ])('is refused: %s', async (_what, patch) => {
    const before = (await own({})).user.publicMetadata;
    expect((await own(patch)).__typename).toBe('InvalidMetadata');
    expect((await ofUser({ userId: ada.id, private: patch })).__typename).toBe('InvalidMetadata');
    expect((await own({})).user.publicMetadata).toEqual(before);
  });

  it('is refused when tokens could not carry it', async () => {
    const long = { userId: ada.id, public: { plan: 'x'.repeat(1_100) } };
    expect((await ofUser(long)).__typename).toBe('InvalidMetadata');
  });

  it('is refused for whoever does not exist', async () => {
    for (const userId of ['019d0000-0000-7000-8000-000000000000', 'x']) {
      expect((await ofUser({ userId, public: {} })).__typename).toBe('NotFound');
    }
    expect(await own(null)).toBe('BAD_USER_INPUT');
  });
});
