import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CODES, TOTP } from './conformance/codes.js';
import { KEPT } from './conformance/kept.js';
import { PASSWORDS } from './conformance/passwords.js';
import { SESSIONS } from './conformance/sessions.js';
import { TENANTS } from './conformance/tenants.js';
import { USERS } from './conformance/users.js';
import {
  type Exchange,
  numberOf,
  type Situation,
  type Trial,
  versionsToTry,
  World,
} from './conformance/world.js';
import { CORE_KEY, type CoreAnswer, startCore, type TestCore } from './harness/core-client.js';
import { CORE_ENDPOINTS, type CoreEndpoint } from './harness/core-endpoints.js';
import { FakeClock } from './harness/fake-clock.js';
import { GOOD_PASSWORD } from './harness/graphql-client.js';

const TRIALS = [
  ...[SESSIONS, PASSWORDS, CODES, TOTP, KEPT, TENANTS, USERS].flat(),
] as const satisfies readonly Trial[];

const clock = new FakeClock();
let core: TestCore;
let model: string;
beforeAll(async () => {
  core = await startCore({ clock });
  const body = { email: 'model@conformance.example.com', password: GOOD_PASSWORD };
  model = (await core.call('POST', '/recipe/signup', { body })).body.user.id;
});
afterAll(() => core[Symbol.asyncDispose]());

function send(
  { method, path, rid }: Pick<Trial, 'method' | 'path' | 'rid'>,
  { input = {}, prefix = '' }: Pick<Exchange, 'input' | 'prefix'>,
  version: string,
  headers: Record<string, string> = {},
): Promise<CoreAnswer> {
  const isQuery = method === 'GET' || method === 'DELETE';
  return core.call(method, `${prefix}${path}`, {
    ...(isQuery ? { query: input as Record<string, string> } : { body: input }),
    version,
    headers,
    ...(rid === undefined ? {} : { rid }),
  });
}

/** Status, type and body, all of it, with the new line at its end. */
function expectAnswer(got: CoreAnswer, { status = 200, answer }: Exchange): void {
  const { status: gotStatus, type, text, body } = got;
  if (status !== 200) {
    const expected = { status, type: 'text/html;charset=UTF-8', text: `${String(answer)}\n` };
    expect({ status: gotStatus, type, text }).toEqual(expected);
    return;
  }
  expect({ status: gotStatus, type, body: body ?? text }).toEqual({
    status,
    type: 'application/json;charset=UTF-8',
    body: answer,
  });
  expect(text).toBe(`${JSON.stringify(body)}\n`);
}

const named = TRIALS.map((trial): [string, Trial] => [nameOf(trial), trial]);

function nameOf({ method, path, rid }: Pick<Trial, 'method' | 'path' | 'rid'>): string {
  return `${method} ${path}${rid === undefined ? '' : ` (${rid})`}`;
}

describe.each(named)('%s answers', (_name, trial) => {
  it.each(situationsOf(trial))('%s', async (_situation, arrange, versions) => {
    for (const version of versions) {
      const world = new World(core, clock, version, model);
      const exchange = await arrange(world);
      expectAnswer(await send(trial, exchange, version), exchange);
    }
  });
});

function situationsOf({ situations }: Trial) {
  return Object.entries(situations).map(
    ([name, each]): [string, Situation['arrange'], readonly string[]] => {
      const situation = typeof each === 'function' ? { arrange: each } : each;
      const { arrange, since = 0, until = Infinity } = situation;
      return [name, arrange, versionsToTry(since, until)];
    },
  );
}

const MISSING = (which: string) =>
  `AppId or tenantId not found => Tenant with the following connectionURIDomain, appId and tenantId combination not found: ${which}`;
const NO_APP = { status: 400, answer: MISSING('(, none, public)') };
const NO_TENANT = { status: 400, answer: MISSING('(, public, none)') };
const NOT_FOUND = { status: 404, answer: 'Not found' };

const endpoints = CORE_ENDPOINTS.map((each): [string, CoreEndpoint] => [nameOf(each), each]);

describe.each(endpoints)('%s refuses', (_name, endpoint) => {
  const { since = '2.8', until = '5.4', method, scope, requiredSince = {} } = endpoint;
  const served = versionsToTry(numberOf(since), numberOf(until));
  const nameIn = (version: string, field: string) =>
    endpoint.renamed && field === 'recipeUserId' && numberOf(version) < 400 ? 'userId' : field;
  const inputIn = (version: string) =>
    Object.fromEntries(
      Object.entries(endpoint.input).map(([field, value]) => [nameIn(version, field), value]),
    );

  it('an input without one of its fields', async () => {
    for (const version of served) {
      const isRequired = (field: string) => numberOf(version) >= (requiredSince[field] ?? 0);
      for (const known of endpoint.required.filter(isRequired)) {
        const field = nameIn(version, known);
        const { [field]: _, ...rest } = inputIn(version);
        const answer =
          method === 'GET'
            ? `Field name '${field}' is missing in GET request`
            : `Field name '${field}' is invalid in JSON input`;
        expectAnswer(await send(endpoint, { input: rest }, version), { status: 400, answer });
      }
    }
  });

  it('an unknown app, an unknown tenant and a wrong key', async () => {
    for (const version of served) {
      const [n, input] = [numberOf(version), inputIn(version)];
      const wrong = { 'api-key': `${CORE_KEY}x` };
      expectAnswer(await send(endpoint, { input }, version, wrong), {
        status: 401,
        answer: 'Invalid API key',
      });
      const noApp = await send(endpoint, { input, prefix: '/appid-none' }, version);
      const noTenant = await send(endpoint, { input, prefix: '/none' }, version);
      if (endpoint.absent) {
        for (const answer of [noApp, noTenant]) {
          expectAnswer(answer, { answer: { status: 'TENANT_NOT_FOUND_ERROR' } });
        }
        continue;
      }
      expectAnswer(noApp, NO_APP);
      // Before 3.0 there are no tenants, and before 5.0 calls of an app do not look at them.
      if (n < 300) expectAnswer(noTenant, NOT_FOUND);
      else if (scope === 'tenant') expectAnswer(noTenant, NO_TENANT);
      else if (n < 500) expect(noTenant.status).not.toBe(404);
      else if (scope === 'session') expectAnswer(noTenant, NO_TENANT);
      else {
        const answer = 'Only public tenantId can call this app specific API';
        expectAnswer(noTenant, { status: 403, answer });
      }
    }
  });
});

it('tries each endpoint', () => {
  const tried = new Set(TRIALS.map(nameOf));
  expect(CORE_ENDPOINTS.map(nameOf).filter((name) => !tried.has(name))).toEqual([]);
});
