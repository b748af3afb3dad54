import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { AuthError } from '../../kernel/auth-error.js';
import { DEFAULT_REALM, type Realm } from '../../kernel/realm.js';
import { type Bus, busMessage } from '../../platform/bus/bus.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { ReadRealm } from './read-realm.js';
import { findRealm } from './realm.store.js';

export const REALM_CHANGED = busMessage('realm-changed', z.object({ realmId: z.string() }));

/** More than a node serves at a time; those that nobody asks for make room. */
const MOST_KEPT = 2_000;
/** Makes good what the bus lost, and follows changes while it is down. */
const RENEW_AFTER_MS = 5_000;
/** So that a path made up by somebody does not cost a query each time. */
const ABSENT_FOR_MS = 1_000;

interface Entry {
  /** Undefined: there is no such realm. */
  readonly realm: Realm | undefined;
  readonly readAt: number;
}

/** The realms as this node knows them: loaded on first use, bounded, and told of changes. */
export class RealmDirectory {
  readonly #sql: SqlExecutor;
  readonly #read: ReadRealm;
  readonly #entries = new LRUCache<string, Entry>({ max: MOST_KEPT });
  readonly #loading = new Map<string, Promise<Realm>>();
  readonly #leave: ((realmId: string) => void)[] = [];

  constructor(sql: SqlExecutor, bus: Bus, read: ReadRealm) {
    this.#sql = sql;
    this.#read = read;
    bus.on(REALM_CHANGED, ({ realmId }) => this.forget(realmId));
    bus.onConnected(() => this.#entries.clear());
  }

  /** The realm of that id; the default one for an empty id. Rejects with NOT_FOUND. */
  find(id: string): Realm | Promise<Realm> {
    const realmId = id === '' ? DEFAULT_REALM : id;
    const entry = this.#entries.get(realmId);
    if (entry === undefined) return this.#load(realmId);
    const age = performance.now() - entry.readAt;
    if (entry.realm === undefined) return age < ABSENT_FOR_MS ? absent() : this.#load(realmId);
    // A realm that cannot be read again stays as it is known: only the database is away.
    if (age >= RENEW_AFTER_MS) this.#load(realmId).catch(() => {});
    return entry.realm;
  }

  /** The same, but undefined where there is none. */
  async findIfAny(id: string): Promise<Realm | undefined> {
    try {
      return await this.find(id);
    } catch (error) {
      if (error instanceof AuthError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }

  /** Reads it from the database, whatever is known. */
  async refresh(id: string): Promise<Realm> {
    this.forget(id);
    return this.#load(id);
  }

  /** The next to ask for it reads it anew. */
  forget(realmId: string): void {
    this.#entries.delete(realmId);
    for (const listener of this.#leave) listener(realmId);
  }

  /** Calls back when what is known of a realm may be out of date. */
  onForgotten(listener: (realmId: string) => void): void {
    this.#leave.push(listener);
  }

  #load(realmId: string): Promise<Realm> {
    const known = this.#loading.get(realmId);
    if (known !== undefined) return known;
    const loading = this.#fetch(realmId).finally(() => this.#loading.delete(realmId));
    this.#loading.set(realmId, loading);
    return loading;
  }

  async #fetch(realmId: string): Promise<Realm> {
    const row = await findRealm(this.#sql, realmId);
    const before = this.#entries.peek(realmId)?.realm;
    const after = row && this.#read(row);
    // One object as long as nothing changes: what others derive from a realm hangs on it.
    const realm = before && after && isSame(before, after) ? before : after;
    this.#entries.set(realmId, { realm, readAt: performance.now() });
    return realm ?? absent();
  }
}

function isSame(a: Realm, b: Realm): boolean {
  return a.issuer === b.issuer && JSON.stringify(a.settings) === JSON.stringify(b.settings);
}

function absent(): never {
  throw new AuthError('NOT_FOUND', 'There is no such realm.');
}
