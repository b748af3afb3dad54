import type { z } from 'zod';
import type { Caller } from '../../../kernel/caller.js';
import type { Realm } from '../../../kernel/realm.js';
import type { App, Tenant } from '../apps/app.js';
import type { CdiVersion } from './cdi-version.js';

/** A call that may be answered: its app and tenant exist, its key and version are right. */
export interface Call {
  readonly app: App;
  readonly tenant: Tenant;
  readonly realm: Realm;
  readonly version: CdiVersion;
  /** Which recipe asks, in lower case; for the paths that several of them have. */
  readonly recipe: string | undefined;
  readonly caller: Caller;
}

/**
 * Whom an endpoint is about. `tenant`: what the path names. `app`: refused with another tenant
 * than `public` (before 5.0 that one is ignored). `session`: the app, whatever the path says.
 */
export type Scope = 'tenant' | 'app' | 'session';

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** In lower case. */
  readonly path: string;
  readonly scope: Scope;
  /** The versions that have it; all of them unless given. */
  readonly since?: CdiVersion;
  readonly before?: CdiVersion;
  /** Which recipes' `rid` it answers; all of them unless given. */
  readonly recipe?: string;
  /** The answer where the app or the tenant is not there; else that is a 400. */
  readonly absent?: object;
  readonly input: (call: Call) => z.ZodType<unknown>;
  readonly handle: (call: Call, input: never) => Promise<object>;
}

/** An endpoint whose handler's input is what its schema reads. */
export function endpoint<Schema extends z.ZodType>(
  definition: Omit<Endpoint, 'input' | 'handle'> & {
    readonly input: Schema | ((call: Call) => Schema);
    readonly handle: (call: Call, input: z.output<Schema>) => Promise<object>;
  },
): Endpoint {
  const { input } = definition;
  return { ...definition, input: typeof input === 'function' ? input : () => input };
}

export const OK = { status: 'OK' } as const;
