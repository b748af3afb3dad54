import { AuthError } from '../../kernel/auth-error.js';
import { DEFAULT_REALM } from '../../kernel/realm.js';
import type { Bus } from '../../platform/bus/bus.js';
import type { Database } from '../../platform/database/database.js';
import { parseOverrides, type Settings } from '../../platform/settings/settings.js';
import {
  deleteRealmRow,
  findRealm,
  insertRealm,
  listRealms,
  lockRealm,
  type RealmRow,
  updateRealm,
} from './realm.store.js';
import { REALM_CHANGED, type RealmDirectory } from './realm-directory.js';
import { isRealmId } from './realm-id.policy.js';

/** Texts by setting name; null takes an override back. */
export type SettingChanges = Readonly<Record<string, string | null>>;

interface Deps {
  readonly database: Database;
  readonly bus: Bus;
  readonly directory: RealmDirectory;
  readonly allSettings: readonly Settings[];
}

const PAGE = 1_000;

/** Makes, changes and deletes realms. Each call checks its input: BAD_USER_INPUT, NOT_FOUND. */
export class ManageRealms {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async create(id: string, changes: SettingChanges): Promise<RealmRow> {
    if (!isRealmId(id)) {
      throw new AuthError(
        'BAD_USER_INPUT',
        `"${id}" is not a realm id: at most 63 lower-case letters, digits and "-".`,
      );
    }
    const settings = this.#merged({}, changes);
    const row = await insertRealm(this.#deps.database, id, settings);
    if (row === undefined)
      throw new AuthError('BAD_USER_INPUT', `There is a realm "${id}" already.`);
    await this.#announce(id);
    return row;
  }

  async show(id: string): Promise<RealmRow> {
    return (await findRealm(this.#deps.database, id)) ?? absent(id);
  }

  /** All of them, in the order of their ids. */
  async *list(): AsyncGenerator<RealmRow> {
    for (let after = ''; ; ) {
      const rows = await listRealms(this.#deps.database, after, PAGE);
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = last.id;
    }
  }

  async set(id: string, changes: SettingChanges): Promise<RealmRow> {
    const row = await this.#deps.database.transaction(async (sql) => {
      const { settings } = (await lockRealm(sql, id)) ?? absent(id);
      return updateRealm(sql, id, this.#merged(settings, changes));
    });
    await this.#announce(id);
    return row ?? absent(id);
  }

  /** Deletes the realm and everything in it: users, sessions, keys. */
  async delete(id: string): Promise<void> {
    if (id === DEFAULT_REALM) {
      throw new AuthError('BAD_USER_INPUT', 'The default realm cannot be deleted.');
    }
    await using patient = await this.#deps.database.withoutTimeLimit();
    const deleted = await deleteRealmRow(patient, id);
    if (!deleted) absent(id);
    await this.#announce(id);
  }

  #merged(before: RealmRow['settings'], changes: SettingChanges): Record<string, string> {
    const merged = Object.entries({ ...before, ...changes });
    const texts = Object.fromEntries(
      merged.flatMap(([name, text]) => (text === null ? [] : [[name, text]])),
    );
    const { problems } = parseOverrides(this.#deps.allSettings, texts);
    if (problems.length > 0) {
      const complaints = problems.map(({ name, message }) => `${name} ${message}`);
      throw new AuthError('BAD_USER_INPUT', complaints.join('; '));
    }
    return texts;
  }

  async #announce(realmId: string): Promise<void> {
    this.#deps.directory.forget(realmId);
    await this.#deps.bus.publish(REALM_CHANGED, { realmId });
  }
}

function absent(id: string): never {
  throw new AuthError('NOT_FOUND', `There is no realm "${id}".`);
}
