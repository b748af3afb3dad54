import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../src/app/config.js';
import { FEATURES } from '../src/app/features.js';
import { storageOf } from '../src/app/storage.js';
import { realms } from '../src/features/realms/index.js';
import { buildSubgraph } from '../src/platform/graphql/schema.js';
import { GOOD_PASSWORD, ME, REFRESH, SIGN_UP } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

// As if the lines from `password` on were taken out of the list; what uses it comes after it.
vi.mock('../src/app/features.js', async (original) => {
  const module = await original<typeof import('../src/app/features.js')>();
  const end = module.FEATURES.findIndex(({ name }) => name === 'password');
  return { ...module, FEATURES: module.FEATURES.slice(0, end) };
});

const WORDS_OF_THE_FEATURE = /signUp|signIn\b|SignUpInput|WeakPassword|password/i;

describe('a service whose list of features lacks passwords', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service[Symbol.asyncDispose]());

  it('has no word of them in its schema, and all the rest', () => {
    const { sdl } = buildSubgraph({ resolvers: FEATURES.flatMap((each) => each.resolvers ?? []) });
    const withoutDescriptions = sdl.replace(/"""[\s\S]*?"""/g, '');
    expect(withoutDescriptions).not.toMatch(WORDS_OF_THE_FEATURE);
    expect(sdl).toMatch(/refreshSession\(/);
  });

  it('refuses their operations as unknown, and serves the others', async () => {
    const input = { email: 'alice@users.example.com', password: GOOD_PASSWORD };
    const { status, body } = await service.send(SIGN_UP, { input });
    expect({ status, code: body.errors[0].extensions.code }).toEqual({
      status: 400,
      code: 'GRAPHQL_VALIDATION_FAILED',
    });
    expect((await service.send(ME)).body.data).toEqual({ me: null, session: null });
    const { data } = (await service.send(REFRESH, { refreshToken: 'garbage' })).body;
    expect(data.refreshSession).toMatchObject({ reason: 'MALFORMED' });
  });

  it('knows none of their settings, in the process or in a realm', async () => {
    const { unknownSettings, settings } = parseConfig({ AUTHGRAPH_PASSWORD_MIN_LENGTH: '9' });
    expect(unknownSettings).toEqual(['AUTHGRAPH_PASSWORD_MIN_LENGTH']);
    expect(Object.keys(settings)).not.toContain('passwordMinLength');
    const { manage } = service.app.use(realms);
    await expect(manage.create('acme', { passwordMinLength: '9' })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  it('has none of the pages that the links in their mails lead to', async () => {
    for (const page of ['reset-password', 'accept-invitation', 'verify-email']) {
      expect((await fetch(`${service.app.url}/${page}`)).status).toBe(404);
    }
    expect((await fetch(`${service.app.url}/mails`)).status).toBe(200);
  });

  it('has no entity of theirs', () => {
    const names = storageOf().entities.map(({ name }) => name);
    expect(names).toContain('Session');
    expect(names.filter((name) => WORDS_OF_THE_FEATURE.test(name))).toEqual([]);
  });
});
