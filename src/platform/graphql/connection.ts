import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { ArgsType, Field, Int } from 'type-graphql';
import { AuthError } from '../../kernel/auth-error.js';
import { isId } from '../../kernel/ids.js';
import type { PageInfo } from './page-info.js';

export const MOST_A_PAGE = 100;
const DEFAULT_PAGE = 20;

/** Relay's forward paging. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, defaultValue: DEFAULT_PAGE, description: 'At most 100.' })
  first!: number | null;

  @Field(() => String, { nullable: true })
  after?: string | null;
}

/** Which rows of an ordered list are asked for. */
export interface Page {
  readonly first: number;
  /** The id of the last row that the caller has seen. */
  readonly after: string | undefined;
}

/** What was found of one more row than was asked for. */
export interface FoundPage<Row> {
  readonly rows: readonly Row[];
  readonly hasNextPage: boolean;
}

/**
 * Checks Relay's `first` and `after`; the cursor is opaque to clients and holds the last id they
 * saw.
 */
export function parsePage({ first, after }: PageArgs): Page {
  const size = first ?? DEFAULT_PAGE;
  if (size < 0 || size > MOST_A_PAGE)
    throw new AuthError('BAD_USER_INPUT', `"first" must be from 0 to ${MOST_A_PAGE}.`);
  return { first: size, after: after == null ? undefined : idOfCursor(after) };
}

/** Edges, nodes and page info of rows that are known by their id. */
export function connectionOf<Row extends { readonly id: string }>(
  { rows, hasNextPage }: FoundPage<Row>,
  page: Page,
): { edges: { cursor: string; node: Row }[]; nodes: readonly Row[]; pageInfo: PageInfo } {
  const edges = rows.map((node) => ({ cursor: cursorOf(node.id), node }));
  const pageInfo = {
    hasNextPage,
    hasPreviousPage: page.after !== undefined,
    startCursor: edges.at(0)?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  };
  return { edges, nodes: rows, pageInfo };
}

function cursorOf(id: string): string {
  return Buffer.from(id).toString('base64url');
}

function idOfCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (!isId(id))
    throw new AuthError('BAD_USER_INPUT', '"after" is not a cursor of this connection.');
  return id;
}
