import { supertokens } from '../../src/apis/supertokens/index.js';
import { startService, type TestService, type TestServiceOptions } from './service.js';

export const CORE_KEY = 'test-key-of-the-core-1234567890';

export interface CoreAnswer {
  readonly status: number;
  readonly type: string | null;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON from the wire, asserted on by the tests
  readonly body: any;
}

export interface CoreRequest {
  readonly body?: unknown;
  /** Sent as it is, in place of a JSON body. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly query?: Record<string, string>;
  readonly version?: string;
  readonly rid?: string;
  readonly headers?: Record<string, string>;
}

export type CallCore = (method: string, path: string, request?: CoreRequest) => Promise<CoreAnswer>;

/** The service with its core for SuperTokens' SDKs, as this package's tests call that. */
export interface TestCore extends AsyncDisposable {
  readonly service: TestService;
  readonly url: string;
  readonly call: CallCore;
}

export async function startCore({ env, ...options }: TestServiceOptions = {}): Promise<TestCore> {
  const service = await startService({
    ...options,
    env: {
      AUTHGRAPH_SUPERTOKENS: 'true',
      AUTHGRAPH_SUPERTOKENS_PORT: '0',
      AUTHGRAPH_SUPERTOKENS_API_KEYS: CORE_KEY,
      ...env,
    },
  });
  const { url } = service.app.use(supertokens);
  if (url === undefined) throw new Error('the core does not listen');
  const call = coreClient(url);
  return { service, url, call, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

export function coreClient(url: string): CallCore {
  return async (method, path, { body, raw, query, version, rid, headers } = {}) => {
    const search = query === undefined ? '' : `?${new URLSearchParams(query)}`;
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(`${url}${path}${search}`, {
      method,
      headers: {
        'api-key': CORE_KEY,
        'content-type': 'application/json',
        ...(version === undefined ? {} : { 'cdi-version': version }),
        ...(rid === undefined ? {} : { rid }),
        ...headers,
      },
      ...(content === undefined ? {} : { body: content }),
    });
    const text = await response.text();
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      headers: response.headers,
      text,
      body: text.startsWith('{') ? JSON.parse(text) : undefined,
    };
  };
}
