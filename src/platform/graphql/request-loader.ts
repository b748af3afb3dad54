import DataLoader from 'dataloader';
import { isId } from '../../kernel/ids.js';
import type { Realm } from '../../kernel/realm.js';
import type { RequestContext } from './context.js';

/** Batched reads within one request: N objects of a kind cost one query. */
export class RequestLoader<Row extends { readonly id: string }> {
  readonly #find: (realm: Realm, ids: readonly string[]) => Promise<readonly Row[]>;
  readonly #loaders = new WeakMap<RequestContext, DataLoader<string, Row | undefined>>();

  constructor(find: (realm: Realm, ids: readonly string[]) => Promise<readonly Row[]>) {
    this.#find = find;
  }

  /** Resolves to the row of that id in the request's realm; undefined when there is none. */
  load(context: RequestContext, id: string): Promise<Row | undefined> {
    return this.#loaderOf(context).load(id.toLowerCase()); // a UUID may come in capitals
  }

  /** A row that the request has read already. */
  prime(context: RequestContext, row: Row): void {
    this.#loaderOf(context).prime(row.id, row);
  }

  #loaderOf(context: RequestContext): DataLoader<string, Row | undefined> {
    let loader = this.#loaders.get(context);
    if (loader === undefined) {
      loader = new DataLoader((ids) => this.#findAll(context.realm, ids));
      this.#loaders.set(context, loader);
    }
    return loader;
  }

  async #findAll(realm: Realm, ids: readonly string[]): Promise<(Row | undefined)[]> {
    // Anything else is nobody's id, and the database would call it an error.
    const rows = await this.#find(realm, ids.filter(isId));
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id));
  }
}
