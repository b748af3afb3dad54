import type { Migration } from '@mikro-orm/migrations';

/** What is stored: every feature's entities, and the one ordered list of migrations. */
export interface Storage {
  readonly entities: readonly StoredEntity[];
  readonly migrations: readonly NamedMigration[];
}

export interface NamedMigration {
  readonly name: string;
  readonly class: new (...parameters: ConstructorParameters<typeof Migration>) => Migration;
}

/** A class that `defineEntity` and `setClass` made. */
export type StoredEntity = new () => object;

export interface DatabaseOptions {
  readonly storage: Storage;
  /** A PostgreSQL URL; without it the database is embedded in `dataDir`. */
  readonly url?: string | undefined;
  readonly dataDir: string;
  /** The most connections this process opens. One when embedded. */
  readonly poolSize: number;
  /** Fails a statement that takes longer. Milliseconds. */
  readonly statementTimeoutMs?: number | undefined;
}
