import { PGlite } from '@electric-sql/pglite';
import { createPostgreSqlTypeParsers } from '@mikro-orm/pglite';
import { type DatabaseConnection, type Dialect, PGliteDialect, PGliteDriver } from 'kysely';
import array from 'postgres-array';

/**
 * PGlite for MikroORM, one flow at a time. Kysely's own driver hands its single connection to everybody at once,
 * so that a query of one flow would land inside another's transaction; this one lends it to one borrower at a time.
 */
export function embeddedDialect(dataDir: string): Dialect {
  const parsers = createPostgreSqlTypeParsers((text) => array.parse(text));
  return new OneBorrowerDialect({ pglite: () => PGlite.create({ dataDir, parsers }) });
}

type PGliteConfig = ConstructorParameters<typeof PGliteDialect>[0];

class OneBorrowerDialect extends PGliteDialect {
  readonly #config: PGliteConfig;

  constructor(config: PGliteConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): PGliteDriver {
    return new OneBorrowerDriver(this.#config);
  }
}

class OneBorrowerDriver extends PGliteDriver {
  #lastReturn: Promise<void> = Promise.resolve();
  #return: () => void = () => {};

  override async acquireConnection(): Promise<DatabaseConnection> {
    const previousReturn = this.#lastReturn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#lastReturn = promise;
    await previousReturn;
    this.#return = resolve;
    return super.acquireConnection();
  }

  override async releaseConnection(): Promise<void> {
    this.#return();
  }
}
