/** What the service has to know of a request: whose it is, and from where. */
const TO_SERVICE = [
  'accept',
  'accept-language',
  'authorization',
  'content-type',
  'dpop',
  'origin',
  'user-agent',
  'x-forwarded-for',
];
const TO_BROWSER = ['content-type', 'dpop-nonce', 'retry-after', 'www-authenticate'];
const OUR_COOKIE = /^(?:__Host-)?authgraph-/;
const TIMEOUT_MS = 30_000;
const UNAVAILABLE = {
  errors: [
    {
      message: 'The service cannot be reached at present.',
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    },
  ],
};

/** Passes GraphQL requests on to the service, and its cookies back: no others, in neither way. */
export function relayRoute(
  endpoint: string,
  fetch: typeof globalThis.fetch,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const answer = await ask(endpoint, fetch, request).catch(() => undefined);
    if (answer === undefined) return Response.json(UNAVAILABLE, { status: 503, headers: UNCACHED });
    const headers = new Headers(UNCACHED);
    copy(answer.headers, headers, TO_BROWSER);
    for (const line of answer.headers.getSetCookie())
      if (OUR_COOKIE.test(line)) headers.append('set-cookie', line);
    return new Response(answer.body, { status: answer.status, headers });
  };
}

const UNCACHED = { 'cache-control': 'private, no-store' };

function ask(
  endpoint: string,
  fetch: typeof globalThis.fetch,
  { headers: sent, body, signal }: Request,
): Promise<Response> {
  const headers = new Headers();
  copy(sent, headers, TO_SERVICE);
  const cookies = (sent.get('cookie') ?? '').split(/; */).filter((pair) => OUR_COOKIE.test(pair));
  if (cookies.length > 0) headers.set('cookie', cookies.join('; '));
  const until = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  // A stream: however long it is, the service says when it is too long.
  const streamed = { body, duplex: 'half' } as RequestInit; // which the types of DOM do not have
  return fetch(endpoint, {
    method: 'POST',
    headers,
    redirect: 'error',
    signal: until,
    ...streamed,
  });
}

function copy(from: Headers, to: Headers, names: readonly string[]): void {
  for (const name of names) {
    const value = from.get(name);
    if (value !== null) to.set(name, value);
  }
}
