import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import { isId } from '../../kernel/ids.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import { fitsToken, SESSION_SETTINGS } from '../sessions/index.js';
import { USER_UPDATED } from '../users/index.js';
import {
  isObject,
  type JsonObject,
  mergePatch,
  patchProblem,
  sizeProblem,
} from './metadata.policy.js';
import { lockMetadata, type Metadata, setMetadata } from './metadata.store.js';

export interface UpdateMetadataDeps {
  readonly database: Database;
  readonly events: Events;
}

/** Patches by what they change; what is left out stays. */
export type MetadataPatches = { readonly [Part in keyof Metadata]?: unknown };

/** Changes what is stored with a user. Rejects with INVALID_METADATA and NOT_FOUND. */
export class UpdateMetadata {
  readonly #deps: UpdateMetadataDeps;

  constructor(deps: UpdateMetadataDeps) {
    this.#deps = deps;
  }

  /** A user's own change: of public metadata only, and of none that tokens carry. */
  async own(realm: Realm, userId: string, patch: unknown, caller: Caller): Promise<string> {
    const { tokenMetadataKeys } = SESSION_SETTINGS.of(realm);
    const kept = isObject(patch) && tokenMetadataKeys.find((key) => Object.hasOwn(patch, key));
    if (kept) throw invalid(`Only administrators change "${kept}".`);
    return this.run(realm, userId, { public: patch }, caller);
  }

  /** Resolves to the user's id. */
  async run(
    realm: Realm,
    userId: string,
    patches: MetadataPatches,
    caller: Caller,
  ): Promise<string> {
    const changed = (['public', 'private'] as const).filter((part) => patches[part] != null);
    for (const part of changed) refuse(patchProblem(patches[part]));
    const { database, events } = this.#deps;
    return database.transaction(async (sql) => {
      const before = isId(userId) ? await lockMetadata(sql, realm, userId) : undefined;
      if (before === undefined) throw new AuthError('NOT_FOUND', 'There is no such user.');
      const after = {
        public: patched(before.public, patches.public),
        private: patched(before.private, patches.private),
      };
      const { tokenMetadataKeys } = SESSION_SETTINGS.of(realm);
      if (!fitsToken(after.public, tokenMetadataKeys)) throw invalid('It is too long for tokens.');
      await setMetadata(sql, realm, userId, after);
      const details = { changed: changed.map((part) => `${part}Metadata`) };
      await events.emit(sql, realm, USER_UPDATED, { caller, userId, details });
      return userId;
    });
  }
}

function patched(before: JsonObject, patch: unknown): JsonObject {
  if (patch == null) return before;
  const after = mergePatch(before, patch);
  if (!isObject(after)) throw new Error('an object and a patch that is one make an object');
  refuse(sizeProblem(after));
  return after;
}

function refuse(problem: string | undefined): void {
  if (problem !== undefined) throw invalid(problem);
}

function invalid(message: string): AuthError {
  return new AuthError('INVALID_METADATA', message);
}
