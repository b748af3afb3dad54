import { AuthError } from '../../kernel/auth-error.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { SignUpAdditions } from '../../platform/hooks/hook-functions.js';
import type { Hooks } from '../hooks/index.js';
import { metadataProblem } from '../metadata/index.js';
import type { Roles } from '../roles/index.js';
import { fitsToken, SESSION_SETTINGS } from '../sessions/index.js';
import { addToUser } from './user-additions.store.js';

export interface StoreAdditionsDeps {
  readonly hooks: Hooks;
  readonly roles: Roles;
}

/** Stores what a hook adds to a new user. */
export class StoreAdditions {
  readonly #deps: StoreAdditionsDeps;

  constructor(deps: StoreAdditionsDeps) {
    this.#deps = deps;
  }

  /** In the transaction that stores the user. Rejects with HookFailed when it cannot be stored. */
  async run(
    sql: SqlExecutor,
    realm: Realm,
    userId: string,
    additions: SignUpAdditions,
  ): Promise<void> {
    if (Object.keys(additions).length === 0) return;
    const { roles = [], publicMetadata = {}, privateMetadata = {} } = additions;
    const problem =
      metadataProblem(publicMetadata) ??
      metadataProblem(privateMetadata) ??
      (await this.#roleProblem(sql, realm, roles)) ??
      tokenProblem(realm, publicMetadata);
    if (problem !== undefined) throw this.#deps.hooks.failed(realm, 'beforeSignUp', problem);
    await addToUser(sql, realm, userId, additions);
  }

  async #roleProblem(
    sql: SqlExecutor,
    realm: Realm,
    names: readonly string[],
  ): Promise<string | undefined> {
    try {
      await this.#deps.roles.assertKnown(sql, realm, names);
      return undefined;
    } catch (error) {
      if (error instanceof AuthError) return error.message;
      throw error;
    }
  }
}

function tokenProblem(realm: Realm, metadata: Readonly<Record<string, unknown>>) {
  const { tokenMetadataKeys } = SESSION_SETTINGS.of(realm);
  return fitsToken(metadata, tokenMetadataKeys)
    ? undefined
    : 'Its public metadata is too long for tokens.';
}
