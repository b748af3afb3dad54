/** A column that holds what one purpose's seal made (`secrets.seal(purpose)`). */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** Where the column is a JSON object: the member that holds it, in base64. */
  readonly member?: string;
  readonly purpose: string;
  /** What names a row, in SQL; `context` gets the values, in this order, as texts. */
  readonly key: readonly string[];
  /** What the box of a row is bound to. */
  readonly context: (key: readonly string[]) => string;
}
