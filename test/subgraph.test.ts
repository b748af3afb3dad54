import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInAgain } from './harness/accounts.js';
import { bearer, SIGN_OUT, signUpUser } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';
import { describedSubgraph } from './harness/subgraph.js';

let service: TestService;
beforeAll(async () => {
  service = await startService({
    env: { NODE_ENV: 'production', AUTHGRAPH_ISSUER: 'https://auth.example.com' },
  });
});
afterAll(() => service[Symbol.asyncDispose]());

const ENTITIES = `query ($all: [_Any!]!) { _entities(representations: $all) { __typename
  ... on User { id email createdAt }
  ... on Session { id user { id } current userAgent } } }`;

const NOBODY = '019d0000-0000-7000-8000-000000000000';

async function entities(all: object[], headers: Record<string, string> = {}) {
  return (await service.send(ENTITIES, { all }, headers)).body.data?._entities;
}

describe('the subgraph', () => {
  it('tells a gateway its schema, in production too, where introspection is off', async () => {
    const { body } = await service.send('{ _service { sdl } }');
    expect(body.data._service.sdl).toContain('type User @key(fields: "id")');
    const introspection = await service.send('{ __schema { types { name } } }');
    expect(introspection.status).toBe(400);
    expect(introspection.body.data).toBeUndefined();
  });

  it('gives a composition all that stands in schema.graphql', async () => {
    const { body } = await service.send('{ _service { sdl } }');
    expect(body.data._service.sdl.startsWith(describedSubgraph().sdl.trim())).toBe(true);
  });

  it('composes with a subgraph that adds fields to User', () => {
    const reviews = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
      type Query { reviews: [Review!]! }
      type Review { text: String! author: User! }
      type User @key(fields: "id") { id: ID! reviews: [Review!]! }`;
    const { errors, supergraphSdl } = composeServices([
      { name: 'auth', typeDefs: parse(describedSubgraph().sdl) },
      { name: 'reviews', typeDefs: parse(reviews) },
    ]);
    expect(errors).toBeUndefined();
    expect(supergraphSdl).toContain('reviews: [Review!]! @join__field(graph: REVIEWS)');
  });

  it('resolves the users and sessions that others refer to, in their order, and null for those that are none', async () => {
    const user = await signUpUser(service.send);
    const other = await signInAgain(service.send, user, { 'user-agent': 'Phone/1.0' });
    const answer = await entities(
      [
        { __typename: 'Session', id: other.sessionId },
        { __typename: 'User', id: NOBODY },
        { __typename: 'User', id: user.id },
        { __typename: 'Session', id: NOBODY },
        { __typename: 'User', id: "' or 1=1 --" },
        { __typename: 'Session', id: user.sessionId },
        { __typename: 'User', id: user.id.toUpperCase() },
      ],
      bearer(user.accessToken),
    );
    expect(answer).toEqual([
      {
        __typename: 'Session',
        id: other.sessionId,
        user: { id: user.id },
        current: false,
        userAgent: 'Phone/1.0',
      },
      null,
      { __typename: 'User', id: user.id, email: user.email, createdAt: expect.any(String) },
      null,
      null,
      {
        __typename: 'Session',
        id: user.sessionId,
        user: { id: user.id },
        current: true,
        userAgent: expect.any(String),
      },
      { __typename: 'User', id: user.id, email: user.email, createdAt: expect.any(String) },
    ]);
  });

  it('gives strangers and the anonymous the public half of a user, and no session at all', async () => {
    const [owner, stranger] = [await signUpUser(service.send), await signUpUser(service.send)];
    const all = [
      { __typename: 'User', id: owner.id },
      { __typename: 'Session', id: owner.sessionId },
    ];
    const expected = [
      { __typename: 'User', id: owner.id, email: null, createdAt: expect.any(String) },
      null,
    ];
    expect(await entities(all)).toEqual(expected);
    expect(await entities(all, bearer(stranger.accessToken))).toEqual(expected);
  });

  it('gives nothing to the holder of a token whose session was ended', async () => {
    const user = await signUpUser(service.send);
    await service.send(SIGN_OUT, {}, bearer(user.accessToken));
    const { status, body } = await service.send(
      ENTITIES,
      { all: [{ __typename: 'Session', id: user.sessionId }] },
      bearer(user.accessToken),
    );
    expect(status).toBe(401);
    expect(body.data?._entities?.[0] ?? null).toBeNull();
  });

  it.each([
    [{ __typename: 'User' }],
    [{ __typename: 'User', id: 5 }],
    [{ __typename: 'User', id: null }],
    [{ __typename: 'PageInfo', id: NOBODY }],
    [{ __typename: 'SignedIn', id: NOBODY, user: { id: NOBODY } }],
    [{ __typename: 'constructor', id: NOBODY }],
    [{ id: NOBODY }],
    ['User'],
    [[]],
  ])('answers the representation %j with BAD_USER_INPUT', async (representation) => {
    const { body } = await service.send(ENTITIES, { all: [representation] });
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(body.data ?? null).toBeNull();
  });

  it('suggests no names to strangers in production', async () => {
    const { body } = await service.send('{ sesion { id } }');
    expect(body.errors[0].message).not.toContain('session');
    expect(JSON.stringify(body)).not.toContain('stacktrace');
  });
});
