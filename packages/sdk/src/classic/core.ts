import { generalError } from './errors.js';

/** A JSON object. */
export interface JsonObject {
  readonly [name: string]: unknown;
}

export interface CoreOptions {
  /** Where authgraph listens for SuperTokens' SDKs, such as `http://localhost:3567`. */
  readonly connectionURI: string;
  /** One of AUTHGRAPH_SUPERTOKENS_API_KEYS. */
  readonly apiKey?: string | undefined;
  /** Replaces the global `fetch`, for a proxy or a test. */
  readonly fetch?: typeof fetch | undefined;
}

export interface CoreCall {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
}

/** Of the interface that the calls are written for. */
const CDI_VERSION = '5.4';
const TIMEOUT_MS = 10_000;

/** Calls the service. Rejects with GENERAL_ERROR for everything but an answer. */
export class Core {
  readonly #options: CoreOptions;
  readonly origin: string;

  constructor(options: CoreOptions) {
    this.#options = options;
    this.origin = options.connectionURI.replace(/\/+$/, '');
  }

  async call({ method, path, query, body }: CoreCall): Promise<JsonObject> {
    const { fetch: send = fetch, apiKey } = this.#options;
    const search = query === undefined ? '' : `?${new URLSearchParams(query)}`;
    try {
      const response = await send(`${this.origin}${path}${search}`, {
        method,
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          'cdi-version': CDI_VERSION,
          ...(apiKey === undefined ? {} : { 'api-key': apiKey }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (response.ok) return (await response.json()) as JsonObject; // the service's own answer
      throw new Error(`${response.status} ${(await response.text()).trim()}`);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw generalError(`${method} ${path}: ${reason}`, cause);
    }
  }
}
