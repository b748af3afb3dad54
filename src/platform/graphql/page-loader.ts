import DataLoader from 'dataloader';
import type { Realm } from '../../kernel/realm.js';
import type { FoundPage, Page } from './connection.js';
import type { RequestContext } from './context.js';

/** Reads the same page of the lists of many owners at once. */
type FindPages<Row> = (
  realm: Realm,
  ownerIds: readonly string[],
  page: Page,
) => Promise<ReadonlyMap<string, FoundPage<Row>>>;

const EMPTY = { rows: [], hasNextPage: false };

/** Batched reads of nested lists: the sessions of N users cost one query. */
export class PageLoader<Row> {
  readonly #find: FindPages<Row>;
  readonly #loaders = new WeakMap<
    RequestContext,
    Map<string, DataLoader<string, FoundPage<Row>>>
  >();

  constructor(find: FindPages<Row>) {
    this.#find = find;
  }

  load(context: RequestContext, ownerId: string, page: Page): Promise<FoundPage<Row>> {
    return this.#loaderOf(context, page).load(ownerId);
  }

  #loaderOf(context: RequestContext, page: Page): DataLoader<string, FoundPage<Row>> {
    const loaders =
      this.#loaders.get(context) ?? new Map<string, DataLoader<string, FoundPage<Row>>>();
    this.#loaders.set(context, loaders);
    const name = `${page.first} ${page.after}`;
    const loader =
      loaders.get(name) ??
      new DataLoader((ids: readonly string[]) => this.#findAll(context, ids, page));
    loaders.set(name, loader);
    return loader;
  }

  async #findAll(context: RequestContext, ownerIds: readonly string[], page: Page) {
    const found = await this.#find(context.realm, ownerIds, page);
    return ownerIds.map((id) => found.get(id) ?? EMPTY);
  }
}
