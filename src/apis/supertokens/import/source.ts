/** A SuperTokens core's own database, as it was at one moment. Nothing in it is changed. */
export interface CoreSource extends AsyncDisposable {
  /** What stands before the name of each table; empty by default. */
  readonly prefix: string;
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}
