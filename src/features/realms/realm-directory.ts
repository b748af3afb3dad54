import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { AuthError } from '../../kernel/auth-error.js';
import { DEFAULT_REALM, type Realm } from '../../kernel/realm.js';
import { type Bus, busMessage } from '../../platform/bus/bus.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { ReadRealm } from './read-realm.js';
import { findRealm, type RealmRow } from './realm.store.js';
import { isRealmId } from './realm-id.policy.js';

export const REALM_CHANGED = busMessage('realm-changed', z.object({ realmId: z.string() }));

/** As many as a node has key rings for; those that nobody asks for make room. */
const MOST_KEPT = 500;
/** Makes good what the bus lost, and follows changes while it is down. */
const RENEW_AFTER_MS = 5_000;
/** So that a path made up by somebody does not cost a query each time, nor a realm its place. */
const ABSENT = { max: 1_000, ttl: 1_000 };

interface Entry {
  readonly realm: Realm;
  /** Tells a realm from one of the same id that was deleted. */
  readonly createdAt: Date;
  readonly readAt: number;
}

/** The realms as this node knows them: loaded on first use, bounded, and told of changes. */
export class RealmDirectory {
  readonly #sql: SqlExecutor;
  readonly #read: ReadRealm;
  readonly #entries = new LRUCache<string, Entry>({ max: MOST_KEPT });
  readonly #absent = new LRUCache<string, true>(ABSENT);
  readonly #loading = new Map<string, Promise<Realm>>();
  /** What was read before may have changed meanwhile. */
  #connectedAt = 0;

  constructor(sql: SqlExecutor, bus: Bus, read: ReadRealm) {
    this.#sql = sql;
    this.#read = read;
    bus.on(REALM_CHANGED, ({ realmId }) => this.forget(realmId));
    bus.onConnected(() => {
      this.#connectedAt = performance.now();
    });
  }

  /** The realm of that id; the default one for an empty id. Rejects with NOT_FOUND. */
  find(id: string): Realm | Promise<Realm> {
    const realmId = id === '' ? DEFAULT_REALM : id;
    const entry = this.#entries.get(realmId);
    if (entry === undefined) {
      if (!isRealmId(realmId) || this.#absent.has(realmId)) return absent();
      return this.#load(realmId);
    }
    const { realm, readAt } = entry;
    // A realm that cannot be read again stays as it is known: only the database is away.
    if (readAt < this.#connectedAt) {
      return this.#load(realmId).catch((error: unknown) => {
        if (error instanceof AuthError) throw error;
        return realm;
      });
    }
    if (performance.now() - readAt >= RENEW_AFTER_MS) this.#load(realmId).catch(() => {});
    return realm;
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

  /** The next to ask for it reads it anew. */
  forget(realmId: string): void {
    const entry = this.#entries.peek(realmId);
    if (entry) this.#entries.set(realmId, { ...entry, readAt: Number.NEGATIVE_INFINITY });
    this.#absent.delete(realmId);
    this.#loading.delete(realmId); // it may have read what was before
  }

  #load(realmId: string): Promise<Realm> {
    const known = this.#loading.get(realmId);
    if (known !== undefined) return known;
    const readAt = performance.now();
    const isCurrent = () => this.#loading.get(realmId) === loading;
    const loading = findRealm(this.#sql, realmId)
      .then((row) => {
        if (row === undefined) {
          if (isCurrent()) this.#entries.delete(realmId);
          if (isCurrent()) this.#absent.set(realmId, true);
          return absent();
        }
        const realm = this.#realmOf(row);
        if (isCurrent()) this.#entries.set(realmId, { realm, createdAt: row.createdAt, readAt });
        return realm;
      })
      .finally(() => {
        if (isCurrent()) this.#loading.delete(realmId);
      });
    this.#loading.set(realmId, loading);
    return loading;
  }

  /** One object as long as nothing changes: what others derive from a realm hangs on it. */
  #realmOf(row: RealmRow): Realm {
    const before = this.#entries.peek(row.id);
    const realm = this.#read(row);
    const isSameRealm = before?.createdAt.getTime() === row.createdAt.getTime();
    return before !== undefined && isSameRealm && isSame(before.realm, realm)
      ? before.realm
      : realm;
  }
}

function isSame(a: Realm, b: Realm): boolean {
  return a.issuer === b.issuer && JSON.stringify(a.settings) === JSON.stringify(b.settings);
}

function absent(): never {
  throw new AuthError('NOT_FOUND', 'There is no such realm.');
}
