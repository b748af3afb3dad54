import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, signUpUser } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

/** `me`, with the user's sessions, their user, that user's sessions … `levels` deep. */
function nested(levels: number): string {
  return `{ me ${'{ id sessions { nodes { user '.repeat(levels)} { id } ${'} } }'.repeat(levels)} }`;
}

describe('an operation that nests (requirement 23)', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service[Symbol.asyncDispose]());

  it('may ask for the user of each of a user’s sessions', async () => {
    const user = await signUpUser(service.send);
    const { body } = await service.send(nested(1), {}, bearer(user.accessToken));
    expect(body.data.me.sessions.nodes).toEqual([{ user: { id: user.id } }]);
  });

  it.each([2, 5, 50])(
    'is refused before anything is loaded when sessions nest in sessions, %i levels deep',
    async (levels) => {
      const user = await signUpUser(service.send);
      const startedAt = performance.now();
      const { status, body } = await service.send(nested(levels), {}, bearer(user.accessToken));
      expect({ status, code: body.errors[0].extensions.code }).toEqual({
        status: 400,
        code: 'GRAPHQL_VALIDATION_FAILED',
      });
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    },
  );

  it('is refused too when fragments hide the nesting', async () => {
    const query = `query { me { ...A } }
      fragment A on User { sessions { nodes { user { ...B } } } }
      fragment B on User { sessions { nodes { id } } }`;
    const { status } = await service.send(query);
    expect(status).toBe(400);
  });

  it('may introspect the schema in development', async () => {
    const { status, body } = await service.send(getIntrospectionQuery());
    expect(status).toBe(200);
    expect(body.data.__schema.queryType.name).toBe('Query');
  });
});
