import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from './harness/service.js';

const ME = 'query Me { me { id } }';
const SESSION = 'query Session { session { id } }';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function post({ url }: TestService, body: object) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: JSON from the wire, asserted on by the tests
  return { status: response.status, body: (await response.json()) as any };
}

const apollo = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });

describe('automatic persisted queries', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service[Symbol.asyncDispose]());

  it('are asked for once, and known by their hash from then on', async () => {
    const extensions = apollo(sha256(ME));
    const unknown = await post(service, { extensions });
    expect(unknown.body.errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect((await post(service, { query: ME, extensions })).body.data).toEqual({ me: null });
    expect((await post(service, { extensions })).body.data).toEqual({ me: null });
    const parameters = new URLSearchParams({ extensions: JSON.stringify(extensions) });
    const response = await fetch(`${service.url}/graphql?${parameters}`, {
      headers: { 'apollo-require-preflight': 'true' },
    });
    expect(await response.json()).toMatchObject({ data: { me: null } });
  });

  it('cannot be registered under the hash of another', async () => {
    const extensions = apollo(sha256(SESSION));
    expect((await post(service, { query: ME, extensions })).status).toBe(400);
    const { body } = await post(service, { extensions });
    expect(body.errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
  });
});

describe.each([
  [
    'Apollo',
    {
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [{ id: sha256(ME), name: 'Me', type: 'query', body: ME }],
    },
  ],
  ['Relay and Hive', { [sha256(ME)]: ME }],
])('trusted documents in a manifest of %s', (_whose, manifest) => {
  let service: TestService;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'authgraph-manifest-'));
    const path = join(folder, 'manifest.json');
    await writeFile(path, JSON.stringify(manifest));
    service = await startService({ env: { AUTHGRAPH_TRUSTED_DOCUMENTS: path } });
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it.each<[string, object]>([
    ['its text', { query: ME }],
    ["Apollo's extension", { extensions: apollo(sha256(ME)) }],
    ['documentId', { documentId: `sha256:${sha256(ME)}` }],
    ['documentId as Hive writes it', { documentId: `shop~1.2.0~${sha256(ME)}` }],
    ['doc_id as Relay writes it', { doc_id: sha256(ME), variables: {} }],
  ])('run by %s', async (_how, body) => {
    expect(await post(service, body)).toMatchObject({ status: 200, body: { data: { me: null } } });
  });

  it('run by documentId in a GET', async () => {
    const response = await fetch(`${service.url}/graphql?documentId=${sha256(ME)}`, {
      headers: { 'apollo-require-preflight': 'true' },
    });
    expect(await response.json()).toMatchObject({ data: { me: null } });
  });

  it.each<[string, object, string]>([
    ['as text', { query: SESSION }, 'PERSISTED_QUERY_NOT_IN_LIST'],
    ['with a space more', { query: `${ME} ` }, 'PERSISTED_QUERY_NOT_IN_LIST'],
    [
      'registering themselves',
      { query: SESSION, extensions: apollo(sha256(SESSION)) },
      'PERSISTED_QUERY_NOT_IN_LIST',
    ],
    ['by a hash', { extensions: apollo(sha256(SESSION)) }, 'PERSISTED_QUERY_NOT_FOUND'],
  ])('keep others out that come %s', async (_how, body, code) => {
    for (let round = 0; round < 2; round += 1) {
      const answer = await post(service, body);
      expect(answer.body.errors[0].extensions.code).toBe(code);
      expect(answer.body.data).toBeUndefined();
    }
  });
});
