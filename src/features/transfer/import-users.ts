import type { Caller } from '../../kernel/caller.js';
import type { Clock } from '../../kernel/clock.js';
import type { NewId } from '../../kernel/ids.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import { metadataProblem } from '../metadata/index.js';
import { migratableHash, PASSWORD_METHOD } from '../password/index.js';
import type { Roles } from '../roles/index.js';
import { lockAddresses, parseEmail } from '../users/index.js';
import { insertUsers, type NewUserRow } from './import.store.js';
import { type ImportRow, readImportRow } from './import-row.policy.js';
import { USERS_IMPORTED } from './transfer-events.js';

/** How many users one transaction takes. */
const BATCH = 200;

export interface ImportUsersDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly events: Events;
  readonly roles: Roles;
}

export interface ImportProgress {
  /** Lines that were read. */
  readonly lines: number;
  readonly imported: number;
  /** Lines whose user was there already. */
  readonly known: number;
  readonly refused: number;
}

export interface ImportListener {
  /** After each batch. */
  onProgress(progress: ImportProgress): void;
  /** `line` counts from 1. */
  onRefused(line: number, reason: string): void;
}

interface Numbered {
  readonly line: number;
  readonly user: NewUserRow;
}

/**
 * Takes users over from another system. Each batch is a transaction of its own, and who is there
 * already is left as they are: an import that was cut short is run again.
 */
export class ImportUsers {
  readonly #deps: ImportUsersDeps;

  constructor(deps: ImportUsersDeps) {
    this.#deps = deps;
  }

  async run(
    realm: Realm,
    lines: AsyncIterable<string>,
    caller: Caller,
    listener: ImportListener,
  ): Promise<ImportProgress> {
    const { database, roles } = this.#deps;
    // Nobody waits for an answer: a busy server must not end it.
    await using unlimited = await database.withoutTimeLimit();
    const knownRoles = new Set((await roles.list(realm)).map(({ name }) => name));
    const progress = { lines: 0, imported: 0, known: 0, refused: 0 };
    let batch: Numbered[] = [];
    const flush = async () => {
      if (batch.length === 0) return;
      const imported = await this.#store(unlimited, realm, batch, caller);
      progress.imported += imported;
      progress.known += batch.length - imported;
      batch = [];
      listener.onProgress({ ...progress });
    };
    for await (const text of lines) {
      progress.lines += 1;
      if (text.trim() === '') continue;
      const user = this.#read(text, knownRoles);
      if ('refused' in user) {
        progress.refused += 1;
        listener.onRefused(progress.lines, user.refused);
        continue;
      }
      batch.push({ line: progress.lines, user });
      if (batch.length === BATCH) await flush();
    }
    await flush();
    return progress;
  }

  /** One transaction; resolves to how many of them are new. */
  async #store(
    database: Database,
    realm: Realm,
    batch: readonly Numbered[],
    caller: Caller,
  ): Promise<number> {
    const { events } = this.#deps;
    const users = onceEach(batch.map(({ user }) => user));
    return database.transaction(async (sql) => {
      const addresses = users.flatMap(({ address }) => (address === null ? [] : [address]));
      await lockAddresses(sql, realm, addresses);
      const imported = await insertUsers(sql, realm, users);
      const details = { imported };
      if (imported > 0) await events.emit(sql, realm, USERS_IMPORTED, { caller, details });
      return imported;
    });
  }

  #read(text: string, knownRoles: ReadonlySet<string>): NewUserRow | { readonly refused: string } {
    const row = readImportRow(text);
    if ('refused' in row) return row;
    const email = row.email == null ? undefined : parseEmail(row.email);
    if (row.email != null && email === undefined) return { refused: '"email" is no address' };
    if (row.passwordHash != null && email === undefined) {
      return { refused: 'a password needs an "email"' };
    }
    const hash = row.passwordHash == null ? null : migratableHash(row.passwordHash);
    if (hash === undefined) return { refused: '"passwordHash" is of no known kind' };
    if (row.roles.some((role) => !knownRoles.has(role)))
      return { refused: 'it has an unknown role' };
    const problem = metadataProblem(row.publicMetadata) ?? metadataProblem(row.privateMetadata);
    if (problem !== undefined) return { refused: problem };
    if (row.identities.length === 0 && email === undefined) {
      return { refused: 'it has neither an "email" nor "identities"' };
    }
    return this.#toStored({ ...row, passwordHash: hash }, email);
  }

  #toStored(row: ImportRow, email: ReturnType<typeof parseEmail>): NewUserRow {
    const { clock, newId } = this.#deps;
    const now = clock.now();
    const id = row.id ?? newId();
    const password =
      email === undefined || row.passwordHash == null
        ? []
        : [
            {
              id,
              method: PASSWORD_METHOD.name,
              subject: email.normalized,
              email: email.typed,
              verified: row.emailVerified,
              hash: row.passwordHash,
            },
          ];
    const others = row.identities
      .filter(({ method }) => method !== PASSWORD_METHOD.name)
      .map((each) => ({ ...each, id: newId(), email: each.email ?? null, hash: null }));
    return {
      id,
      email: email?.typed ?? null,
      address: email?.normalized ?? null,
      verifiedAt: row.emailVerified ? now.toISOString() : null,
      disabledAt: row.disabled ? now.toISOString() : null,
      createdAt: row.createdAt ?? now.toISOString(),
      now: now.toISOString(),
      roles: [...new Set(row.roles)],
      publicMetadata: row.publicMetadata,
      privateMetadata: row.privateMetadata,
      identities: [...password, ...others],
    };
  }
}

/** The first of those who have the same id or address. */
function onceEach(users: readonly NewUserRow[]): NewUserRow[] {
  const seen = new Set<string>();
  return users.filter(({ id, address }) => {
    const names = address === null ? [id] : [id, address];
    const isNew = names.every((name) => !seen.has(name));
    for (const name of names) seen.add(name);
    return isNew;
  });
}
