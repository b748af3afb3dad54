import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refresh, signInAgain } from './harness/accounts.js';
import { FakeClock } from './harness/fake-clock.js';
import { bearer, SIGN_OUT, signUpUser, type TestUser } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

const DAY = 86_400;
const clock = new FakeClock();
let service: TestService;
beforeAll(async () => {
  service = await startService({ clock });
});
afterAll(() => service[Symbol.asyncDispose]());

const SESSIONS = `query ($first: Int, $after: String) { me { sessions(first: $first, after: $after) {
  edges { cursor node { id } } nodes { id } totalCount
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`;

async function page(user: TestUser, variables: object) {
  const { body } = await service.send(SESSIONS, variables, bearer(user.accessToken));
  return body.data.me.sessions;
}

async function idsOf(user: TestUser): Promise<string[]> {
  return (await page(user, {})).nodes.map(({ id }: { id: string }) => id);
}

async function signUpWithSessions(count: number): Promise<[TestUser, ...TestUser[]]> {
  const sessions: [TestUser, ...TestUser[]] = [await signUpUser(service.send)];
  for (let more = 1; more < count; more += 1) {
    clock.advance(1);
    sessions.push(await signInAgain(service.send, sessions[0]));
  }
  return sessions;
}

describe('the list of sessions', () => {
  it('shows each session with its device, newest first, the current one marked', async () => {
    const user = await signUpUser(service.send);
    clock.advance(60);
    const phone = await signInAgain(service.send, user, { 'user-agent': 'Phone/1.0' });
    clock.advance(60);
    await refresh(service.send, phone.refreshToken);
    const query = `{ me { sessions { nodes { id createdAt lastUsedAt expiresAt ipAddress userAgent current device { name kind } user { id } } } } }`;
    const { body } = await service.send(query, {}, bearer(phone.accessToken));
    const [newest, oldest] = body.data.me.sessions.nodes;
    const now = clock.now().getTime();
    const at = (secondsAgo: number) => new Date(now - secondsAgo * 1000).toISOString();
    expect(newest).toEqual({
      id: phone.sessionId,
      createdAt: at(60),
      lastUsedAt: expect.any(String),
      device: null,
      expiresAt: at(-14 * DAY),
      ipAddress: '127.0.0.1',
      userAgent: 'node', // the refresh came from another program
      current: true,
      user: { id: user.id },
    });
    expect(oldest).toMatchObject({ id: user.sessionId, device: null, current: false });
  });

  it('says when each was used last to within five minutes, and never before it began', async () => {
    const user = await signUpUser(service.send);
    const shown = async (accessToken: string) => {
      const query = '{ session { createdAt lastUsedAt } }';
      const { createdAt, lastUsedAt } = (await service.send(query, {}, bearer(accessToken))).body
        .data.session;
      return { createdAt: Date.parse(createdAt), lastUsedAt: Date.parse(lastUsedAt) };
    };
    const first = await shown(user.accessToken);
    expect(first.lastUsedAt).toBe(first.createdAt);
    clock.advance(599);
    const { tokens } = await refresh(service.send, user.refreshToken);
    const { lastUsedAt } = await shown(tokens.accessToken);
    expect(lastUsedAt % 300_000).toBe(0);
    expect(clock.now().getTime() - lastUsedAt).toBeLessThan(300_000);
  });

  it('cuts a user agent that is longer than anyone reads', async () => {
    const user = await signInAgain(service.send, await signUpUser(service.send), {
      'user-agent': 'x'.repeat(5_000),
    });
    const { body } = await service.send('{ session { userAgent } }', {}, bearer(user.accessToken));
    expect(body.data.session.userAgent).toBe('x'.repeat(512));
  });

  it('pages through all of them without a gap or a repetition, as Relay says', async () => {
    const sessions = await signUpWithSessions(5);
    const expected = sessions.map(({ sessionId }) => sessionId).toReversed();
    const seen: string[] = [];
    let after: string | null = null;
    const flags: boolean[][] = [];
    for (let turns = 0; turns < 5; turns += 1) {
      const { edges, nodes, pageInfo, totalCount } = await page(sessions[0], { first: 2, after });
      expect(totalCount).toBe(5);
      expect(nodes).toEqual(edges.map(({ node }: { node: object }) => node));
      expect(pageInfo.startCursor).toBe(edges.at(0).cursor);
      expect(pageInfo.endCursor).toBe(edges.at(-1).cursor);
      seen.push(...nodes.map(({ id }: { id: string }) => id));
      flags.push([pageInfo.hasPreviousPage, pageInfo.hasNextPage]);
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual(expected);
    expect(flags).toEqual([
      [false, true],
      [true, true],
      [true, false],
    ]);
  });

  it('keeps its place when a session before it is added and the one at the cursor is ended', async () => {
    const sessions = await signUpWithSessions(4);
    const [oldest, second, third] = sessions;
    const { pageInfo } = await page(oldest, { first: 2 });
    await service.send(SIGN_OUT, {}, bearer(third?.accessToken ?? ''));
    clock.advance(1);
    await signInAgain(service.send, oldest);
    const next = await page(oldest, { first: 2, after: pageInfo.endCursor });
    expect(next.nodes).toEqual([{ id: second?.sessionId }, { id: oldest.sessionId }]);
  });

  it('gives twenty at most unless asked for more, and an empty page when asked for none', async () => {
    const user = await signUpUser(service.send);
    await service.sql(
      `insert into sessions (id, realm_id, user_id, created_at, last_used_at, expires_at, absolute_expires_at, amr, generation, current_hash)
        select gen_random_uuid(), realm_id, user_id, created_at, last_used_at, expires_at, absolute_expires_at, amr, 0, current_hash
        from sessions, generate_series(1, 119) where id = ?`,
      [user.sessionId],
    );
    expect((await page(user, {})).nodes).toHaveLength(20);
    expect((await page(user, { first: null })).nodes).toHaveLength(20);
    expect((await page(user, { first: 100 })).nodes).toHaveLength(100);
    expect(await page(user, { first: 0 })).toEqual({
      edges: [],
      nodes: [],
      totalCount: 120,
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  it.each([
    { first: -1 },
    { first: 101 },
    { after: 'not a cursor' },
    { after: '' },
    { after: "' or 1=1 --" },
    { after: Buffer.from('nobody').toString('base64url') },
  ])('refuses %j with BAD_USER_INPUT', async (variables) => {
    const user = await signUpUser(service.send);
    const { status, body } = await service.send(SESSIONS, variables, bearer(user.accessToken));
    expect(status).toBe(200);
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });

  it('leaves out sessions that were ended and sessions that have expired', async () => {
    const [idle, ended, current] = await signUpWithSessions(3);
    await service.send(SIGN_OUT, {}, bearer(ended?.accessToken ?? ''));
    expect(await idsOf(idle)).toEqual([current?.sessionId, idle.sessionId]);
    clock.advance(13 * DAY);
    const { tokens } = await refresh(service.send, current?.refreshToken ?? '');
    clock.advance(2 * DAY - 60);
    const renewed = await refresh(service.send, tokens.refreshToken);
    const { body } = await service.send(SESSIONS, {}, bearer(renewed.tokens.accessToken));
    expect(body.data.me.sessions).toMatchObject({
      nodes: [{ id: current?.sessionId }],
      totalCount: 1,
    });
  });
});

describe('the sessions of other users', () => {
  const THROUGH_ENTITIES = `query ($id: ID!) { _entities(representations: [{ __typename: "User", id: $id }]) {
    ... on User { id email emailVerified roles sessions { totalCount } } } }`;
  const unknownTo = { email: null, emailVerified: null, roles: null, sessions: null };

  it('are null, with everything else that is private, to a user and to nobody in particular', async () => {
    const [owner, other] = [await signUpUser(service.send), await signUpUser(service.send)];
    const asked = (headers = {}) => service.send(THROUGH_ENTITIES, { id: owner.id }, headers);
    expect((await asked(bearer(other.accessToken))).body.data._entities).toEqual([
      { id: owner.id, ...unknownTo },
    ]);
    expect((await asked()).body.data._entities).toEqual([{ id: owner.id, ...unknownTo }]);
    expect((await asked(bearer(owner.accessToken))).body.data._entities).toEqual([
      {
        id: owner.id,
        email: owner.email,
        emailVerified: false,
        roles: [],
        sessions: { totalCount: 1 },
      },
    ]);
  });

  it('are never on the own list', async () => {
    const [owner, other] = [await signUpUser(service.send), await signUpUser(service.send)];
    expect(await idsOf(owner)).toEqual([owner.sessionId]);
    expect(await idsOf(other)).toEqual([other.sessionId]);
  });

  it("are not reached with somebody else's cursor", async () => {
    const [owner, other] = [await signUpUser(service.send), await signUpUser(service.send)];
    const { pageInfo } = await page(other, {});
    const ids = (await page(owner, { after: pageInfo.endCursor })).nodes.map(
      ({ id }: { id: string }) => id,
    );
    expect(ids).not.toContain(other.sessionId);
  });

  it('are shown to an admin, whose role grants sessions:read and users:read', async () => {
    const [owner, made] = [await signUpUser(service.send), await signUpUser(service.send)];
    await service.sql("update users set roles = '{admin}' where id = ?", [made.id]);
    const admin = await signInAgain(service.send, made);
    const { body } = await service.send(
      THROUGH_ENTITIES,
      { id: owner.id },
      bearer(admin.accessToken),
    );
    expect(body.data._entities).toEqual([
      {
        id: owner.id,
        email: owner.email,
        emailVerified: false,
        roles: [],
        sessions: { totalCount: 1 },
      },
    ]);
  });
});
