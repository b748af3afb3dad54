import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from './harness/service.js';

const TOKEN = 'a-token-for-prometheus';
const DOCUMENTS = ['monitoring.md', 'monitoring/grafana-dashboard.json', 'monitoring/alerts.yaml'];
/** There only where Redis is. */
const OF_REDIS = 'authgraph_redis_up';

let service: TestService;
beforeAll(async () => {
  const env = { AUTHGRAPH_METRICS_TOKEN: TOKEN, AUTHGRAPH_METRICS_PORT: '0' };
  service = await startService({ env });
});
afterAll(() => service[Symbol.asyncDispose]());

function read(token?: string, url = service.url): Promise<Response> {
  const headers: HeadersInit = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(`${url}/metrics`, { headers });
}

async function countOf(line: string): Promise<number> {
  const text = await (await read(TOKEN)).text();
  const found = text.split('\n').find((each) => each.startsWith(line));
  return found === undefined ? 0 : Number(found.slice(found.lastIndexOf(' ')));
}

describe('the metrics', () => {
  it('are for whoever holds the token', async () => {
    expect((await read()).status).toBe(401);
    expect((await read('a-token-for-prometheuS')).status).toBe(401);
    const answer = await read(TOKEN);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/plain');
  });

  it('are on a port of their own for whoever reaches that, and nothing else is', async () => {
    const { metricsUrl = '' } = service.app;
    expect((await read(undefined, metricsUrl)).status).toBe(200);
    expect((await fetch(`${metricsUrl}/graphql`)).status).toBe(404);
  });

  it('are nowhere unless a setting says so', async () => {
    await using plain = await startService();
    expect((await read(TOKEN, plain.url)).status).toBe(404);
    expect(plain.app.metricsUrl).toBeUndefined();
  });

  it('count a sign-in that was refused, a refresh, and operations by field and outcome', async () => {
    const refused = 'authgraph_events_total{type="user.sign_in_refused"}';
    const signIns = 'authgraph_graphql_operations_total{field="signIn",outcome="ok"}';
    const before = [await countOf(refused), await countOf(signIns)];
    await service.send(`mutation { x: signIn(input: { email: "a@b.co", password: "wrong-one" }) {
      __typename } }`);
    expect([await countOf(refused), await countOf(signIns)]).toEqual(before.map((n) => n + 1));
    await service.send('mutation { refreshSession(input: { refreshToken: "x" }) { __typename } }');
    expect(await countOf('authgraph_refreshes_total{outcome="malformed"}')).toBe(1);
  });

  it('name no path, operation or alias that a caller made up', async () => {
    await fetch(`${service.url}/made-up-path`);
    await service.send('query MadeUpName { madeUpAlias: me { id } }');
    const text = await (await read(TOKEN)).text();
    expect(text).not.toMatch(/made-?up/i);
  });

  it.each(DOCUMENTS)('that %s names exist', async (document) => {
    const text = readFileSync(new URL(`../docs/${document}`, import.meta.url), 'utf8');
    const named = text.match(/\b(?:authgraph|nodejs|process)_[a-z0-9_]+\b/g) ?? [];
    expect(named.length).toBeGreaterThan(5);
    const exposed = await (await read(TOKEN)).text();
    const missing = [...new Set(named)].filter(
      (name) => !exposed.includes(`# TYPE ${name.replace(/_(?:bucket|count)$/, '')} `),
    );
    expect(missing.filter((name) => name !== OF_REDIS)).toEqual([]);
  });
});
