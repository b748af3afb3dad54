import { Directive, FieldResolver, Query, Resolver } from 'type-graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FEATURES } from '../src/app/features.js';
import { User } from '../src/features/users/user-type.js';
import { feature } from '../src/platform/feature.js';
import { type Answer, bearer, signUpUser, type TestUser } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

const SECRET = 'the-diary-of-a-user';

@Resolver(() => User)
class Diary {
  @Query(() => String, { nullable: true })
  @Directive('@authenticated')
  forAnybodySignedIn(): string {
    return SECRET;
  }

  @Query(() => String, { nullable: true })
  @Directive('@requiresScopes(scopes: [["diary:read"]])')
  forReaders(): string {
    return SECRET;
  }

  @FieldResolver(() => String, { nullable: true })
  @Directive('@authenticated')
  diary(): string {
    return SECRET;
  }

  @FieldResolver(() => String, { nullable: true })
  @Directive('@requiresScopes(scopes: [["diary:read"]])')
  oldDiary(): string {
    return SECRET;
  }
}

/** A capability as the next one may be: its fields say who may see them. */
const diary = feature({
  name: 'diary',
  resolvers: [Diary],
  create: () => ({ parts: {}, resolvers: [new Diary()] }),
});

describe('a field of our own schema that says who may see it', () => {
  let service: TestService;
  let user: TestUser;
  beforeAll(async () => {
    service = await startService({ features: [...FEATURES, diary] });
    user = await signUpUser(service.send);
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const entity = (field: string, representation: string) =>
    `{ _entities(representations: [${representation}]) { ... on User { id ${field} } } }`;
  const everyWay = (field: 'diary' | 'oldDiary') => ({
    directly: field === 'diary' ? '{ forAnybodySignedIn }' : '{ forReaders }',
    'through _entities': entity(field, `{ __typename: "User", id: "${user.id}" }`),
    'under another name': entity(`mine: ${field}`, `{ __typename: "User", id: "${user.id}" }`),
  });

  it.each(['diary', 'oldDiary'] as const)(
    'is refused to an anonymous caller: %s',
    async (field) => {
      for (const query of Object.values(everyWay(field))) {
        expectRefused(await service.send(query), 'UNAUTHENTICATED');
      }
    },
  );

  it('is refused to a signed-in caller without the scope', async () => {
    for (const query of Object.values(everyWay('oldDiary'))) {
      expectRefused(await service.send(query, {}, bearer(user.accessToken)), 'FORBIDDEN');
    }
  });

  it('is shown to those whom it is for', async () => {
    for (const query of Object.values(everyWay('diary'))) {
      const { body } = await service.send(query, {}, bearer(user.accessToken));
      expect(body.errors).toBeUndefined();
      expect(JSON.stringify(body)).toContain(SECRET);
    }
  });
});

function expectRefused({ body }: Answer, code: string): void {
  expect(body.errors[0].extensions.code).toBe(code);
  expect(JSON.stringify(body)).not.toContain(SECRET);
}
