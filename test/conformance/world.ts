import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { CoreAnswer, CoreRequest, TestCore } from '../harness/core-client.js';
import type { FakeClock } from '../harness/fake-clock.js';

/** Of the Core Driver Interface, oldest first. */
const CDI_VERSIONS = [
  ...['2.8', '2.18', '3.0', '3.1', '4.0'],
  ...['5.0', '5.1', '5.2', '5.3', '5.4'],
] as const;

/** Those at which answers change. */
const TURNING_POINTS: readonly string[] = ['2.8', '3.0', '4.0', '5.0', '5.4'];
let turn = 0;

/**
 * From one number of a version to another, those to try something with: the newest, and one of
 * the older ones, which take turns. `.ci/run` tries all (`CONFORMANCE=all`), which takes five times
 * as long.
 */
export function versionsToTry(since: number, until: number): readonly string[] {
  const served = CDI_VERSIONS.filter((each) => numberOf(each) >= since && numberOf(each) <= until);
  if (process.env.CONFORMANCE === 'all') return served;
  const newest = served.slice(-1);
  const older = served.slice(0, -1).filter((version) => TURNING_POINTS.includes(version));
  turn += 1;
  return [...older.slice(turn % older.length).slice(0, 1), ...newest];
}

/** A version as a number that compares: 5.4 is 504. */
export function numberOf(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 100 + minor;
}

export interface User {
  readonly id: string;
  readonly email: string;
  readonly joinedAt: number;
}

/** The same password as the model's, an address of their own. */
const COPY_OF_A_USER = `with
  asked as (select ?::uuid as id, ?::text as email, ?::timestamptz as at),
  model as (select p.realm_id, p.hash from passwords p where p.identity_id = ?),
  u as (insert into users (id, realm_id, email, email_normalized, roles, created_at)
    select id, realm_id, email, email, '{}', at from asked, model),
  i as (insert into identities (id, realm_id, user_id, method, subject, email, created_at)
    select id, realm_id, id, 'password', email, email, at from asked, model),
  t as (insert into identity_tenants (realm_id, tenant_id, method, subject, identity_id)
    select realm_id, 'public', 'password', email, id from asked, model)
  insert into passwords (identity_id, realm_id, hash, updated_at)
    select id, realm_id, hash, at from asked, model`;

/** What a case has to work with: the core, and the version that it is tried with. */
export class World {
  readonly #core: TestCore;
  readonly #clock: FakeClock;
  readonly #model: string;
  readonly version: string;
  readonly n: number;

  constructor(core: TestCore, clock: FakeClock, version: string, model: string) {
    this.#core = core;
    this.#model = model;
    this.#clock = clock;
    this.version = version;
    this.n = numberOf(version);
  }

  get now(): number {
    return this.#clock.now().getTime();
  }

  /** To get there; with the newest version unless it says another. */
  // biome-ignore lint/suspicious/noExplicitAny: JSON from the wire, asserted on by the tests
  async call(method: string, path: string, request: CoreRequest = {}): Promise<any> {
    const answer: CoreAnswer = await this.#core.call(method, path, request);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.text}`);
    return answer.body;
  }

  post(path: string, body: object, version?: string) {
    return this.call('POST', path, { body, ...(version ? { version } : {}) });
  }

  put(path: string, body: object) {
    return this.call('PUT', path, { body });
  }

  email(): string {
    return `${randomUUID()}@conformance.example.com`;
  }

  phone(): string {
    return `+4915${Math.floor(1e8 + Math.random() * 9e8)}`;
  }

  /** With GOOD_PASSWORD. Hashing that for each one would take most of the suite's time. */
  async user(): Promise<User> {
    const [id, email, joinedAt] = [randomUUID(), this.email(), this.now];
    await this.#core.service.sql(COPY_OF_A_USER, [id, email, new Date(joinedAt), this.#model]);
    return { id, email, joinedAt };
  }

  async thirdPartyUser(email = this.email()): Promise<User & { readonly providerId: string }> {
    const providerId = randomUUID();
    const account = { thirdPartyId: 'github', thirdPartyUserId: providerId };
    const { user } = await this.post('/recipe/signinup', {
      ...account,
      email: { id: email, isVerified: false },
    });
    return { id: user.id, email, joinedAt: user.timeJoined, providerId };
  }

  async passwordlessUser(email = this.email()): Promise<User> {
    const { preAuthSessionId, linkCode } = await this.post('/recipe/signinup/code', { email });
    const code = { preAuthSessionId, linkCode };
    const { user } = await this.post('/recipe/signinup/code/consume', code);
    return { id: user.id, email, joinedAt: user.timeJoined };
  }

  async primaryUser(): Promise<User> {
    const user = await this.user();
    await this.post('/recipe/accountlinking/user/primary', { recipeUserId: user.id });
    return user;
  }

  /** With the version of the case, or another. */
  session(more: object = {}, version = this.version) {
    const data = { userDataInJWT: {}, userDataInDatabase: {}, enableAntiCsrf: false };
    return this.post('/recipe/session', { userId: randomUUID(), ...data, ...more }, version);
  }

  async tenant(): Promise<string> {
    const tenantId = randomUUID().slice(0, 8);
    await this.put('/recipe/multitenancy/tenant/v2', { tenantId, firstFactors: null });
    return tenantId;
  }

  async role(permissions: readonly string[] = []): Promise<string> {
    const role = `role-${randomUUID().slice(0, 8)}`;
    await this.put('/recipe/role', { role, permissions });
    return role;
  }

  pass(seconds: number): void {
    this.#clock.advance(seconds);
  }

  /** The field that names a login method. */
  recipeUser(id: string): object {
    return this.n >= 400 ? { recipeUserId: id } : { userId: id };
  }

  /** The answer's field of that name, which older versions do not have. */
  ruid(id: unknown): object {
    return this.n >= 400 ? { recipeUserId: id } : {};
  }

  tenantId(id = 'public'): object {
    return this.n >= 300 ? { tenantId: id } : {};
  }

  /** A user of one login method, as this version tells it. */
  json(user: User, more: MoreOfUser = {}): object {
    const { recipeId = 'emailpassword', verified = false, isPrimaryUser = false } = more;
    const { thirdParty, phoneNumber, email = user.email } = more;
    const account = {
      ...(phoneNumber === undefined ? { email } : { phoneNumber }),
      ...(thirdParty === undefined ? {} : { thirdParty }),
    };
    const { id, joinedAt: timeJoined } = user;
    const { tenantIds = ['public'] } = more;
    if (this.n < 400) {
      return { id, timeJoined, ...(this.n >= 300 ? { tenantIds } : {}), ...account };
    }
    const method = { tenantIds, recipeUserId: id, verified, timeJoined, recipeId, ...account };
    return {
      id,
      isPrimaryUser,
      tenantIds,
      timeJoined,
      emails: phoneNumber === undefined ? [email] : [],
      phoneNumbers: phoneNumber === undefined ? [] : [phoneNumber],
      thirdParty: thirdParty === undefined ? [] : [thirdParty],
      ...(this.n >= 503 ? { webauthn: { credentialIds: [] } } : {}),
      loginMethods: [method],
    };
  }
}

export interface MoreOfUser {
  readonly recipeId?: string;
  readonly verified?: boolean;
  readonly isPrimaryUser?: boolean;
  readonly email?: string;
  readonly phoneNumber?: string;
  readonly thirdParty?: object;
  readonly tenantIds?: readonly string[];
}

/** A request, and all of its answer. */
export interface Exchange {
  readonly input?: object;
  /** Before the path: an app, a tenant. */
  readonly prefix?: string;
  /** 200 unless given. */
  readonly status?: number;
  /** A 200's, with `expect.anything()` and the like where it is not known; else the text. */
  readonly answer: object | string;
}

/** How an endpoint answers in one situation. */
export interface Situation {
  readonly since?: number;
  readonly until?: number;
  readonly arrange: (world: World) => Promise<Exchange> | Exchange;
}

/** What to try an endpoint with, by what it answers or why it does not. */
export interface Trial {
  readonly method: string;
  readonly path: string;
  readonly rid?: string;
  readonly situations: Readonly<Record<string, Situation | Situation['arrange']>>;
}

export const OK = { status: 'OK' };
export const someText = expect.any(String);
export const someNumber = expect.any(Number);
export const someList = expect.any(Array);

/** An answer that is nothing but its status. */
export function only(status: string): object {
  return { status };
}
