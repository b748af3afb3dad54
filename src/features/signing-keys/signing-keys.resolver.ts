import { RequiresScopes } from '@authgraph/sdk/type-graphql';
import { Ctx, Mutation, Resolver } from 'type-graphql';
import { callerOf, type RequestContext } from '../../platform/graphql/context.js';
import type { KeyRings } from './key-rings.js';
import type { RotateSigningKey } from './rotate-signing-key.js';
import { SigningKeyType } from './signing-key-type.js';

@Resolver()
export class SigningKeysResolver {
  readonly #rings: KeyRings;
  readonly #rotate: RotateSigningKey;

  constructor(rings: KeyRings, rotate: RotateSigningKey) {
    this.#rings = rings;
    this.#rotate = rotate;
  }

  @Mutation(() => SigningKeyType, {
    description: `Publishes the next signing key, which signs once every verifier can know it. While
one is on its way, that one is the answer.`,
  })
  @RequiresScopes([['keys:write']])
  async rotateSigningKey(@Ctx() context: RequestContext): Promise<SigningKeyType> {
    const { realm } = context;
    const { kid } = await this.#rotate.now(realm, callerOf(context));
    const ring = await this.#rings.of(realm);
    await ring.reload('database');
    const made = ring.list().find(({ key }) => key.kid === kid);
    if (made === undefined || made.status === 'GONE') throw new Error('the new key is gone');
    const { algorithm, createdAt } = made.key;
    return { kid, algorithm, status: made.status, createdAt };
  }
}
