import { fastify } from 'fastify';
import { expect, it, vi } from 'vitest';
import { refusedOrigins } from './refused-origins.js';

async function warningsFor(calls: readonly { origin: string; host: string }[]): Promise<string[]> {
  const server = fastify();
  const warn = vi.spyOn(server.log, 'warn');
  const say = refusedOrigins(server.log);
  server.get('/', async (request) => say(request, request.headers.origin ?? ''));
  for (const headers of calls) await server.inject({ url: '/', headers });
  await server.close();
  return warn.mock.calls.map(([fields, message]) => `${JSON.stringify(fields)} ${message}`);
}

const host = 'auth.example.com';

it('names the origin and the setting that admits it, once', async () => {
  const call = { origin: 'https://app.example.com', host };
  const said = await warningsFor([call, call]);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain('"origin":"https://app.example.com"');
  expect(said[0]).toContain('AUTHGRAPH_ALLOWED_ORIGINS');
});

it('says that two names of this machine are two places for cookies', async () => {
  const said = await warningsFor([{ origin: 'http://localhost:3000', host: '127.0.0.1:4000' }]);
  expect(said[0]).toContain('A page on localhost calls 127.0.0.1: use one name');
});

it('says nothing of pages of its own, and is not filled by whoever sends others', async () => {
  expect(await warningsFor([{ origin: `https://${host}`, host }])).toEqual([]);
  const many = Array.from({ length: 150 }, (_, n) => ({ origin: `https://x${n}.example`, host }));
  const said = await warningsFor([...many, { origin: 'https://y.'.padEnd(5_000, 'y'), host }]);
  expect(said).toHaveLength(100);
});
