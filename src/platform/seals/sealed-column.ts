/** A column that holds what one purpose's seal made (`secrets.seal(purpose)`). */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  readonly purpose: string;
  /** The columns that name a row; `context` gets their values, in this order, as texts. */
  readonly key: readonly string[];
  /** What the box of a row is bound to. */
  readonly context: (key: readonly string[]) => string;
}
