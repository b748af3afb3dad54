import { afterAll, beforeAll, expect, it } from 'vitest';
import { OneTimeTokens } from '../../src/features/one-time-tokens/one-time-tokens.js';
import { tokenPurpose } from '../../src/features/one-time-tokens/token-purpose.js';
import { systemClock } from '../../src/kernel/clock.js';
import { systemRandomness } from '../../src/kernel/randomness.js';
import * as operations from '../harness/account-operations.js';
import { signInAgain } from '../harness/accounts.js';
import {
  bearer,
  GOOD_PASSWORD,
  graphqlClient,
  type Send,
  SIGN_UP,
  signUpUser,
} from '../harness/graphql-client.js';
import { linkIn, type MailServer, startMailServer } from '../harness/mail-server.js';
import {
  clusterSettings,
  describeOnSharedServers,
  type SharedServers,
} from '../harness/real-servers.js';
import { runBesideNodes, type ServiceProcess, startNode } from '../harness/service-process.js';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.js';
import { until } from '../harness/until.js';

const AT_ONCE = 50;
const MAILS = 8;
/** A realm where sign-ups are confirmed. */
const CONFIRMING = 'confirming';
const NEW_PASSWORD = 'violet-badger-sings-31';

describeOnSharedServers('mails and their links on two nodes', (open) => {
  let servers: SharedServers;
  let database: TestDatabase;
  let mail: MailServer;
  let nodes: [ServiceProcess, ServiceProcess];
  beforeAll(async () => {
    [servers, mail] = await Promise.all([open(), startMailServer()]);
    database = await createTestDatabase(servers.databaseUrl);
    const settings = { ...clusterSettings(database.url, servers.redisUrl), SMTP_URL: mail.url };
    nodes = await Promise.all([startNode(settings), startNode(settings)]);
    const create = ['realms', 'create', CONFIRMING, 'signUp=confirm'];
    expect(await runBesideNodes(create, settings)).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    for (const node of nodes) await node[Symbol.asyncDispose]();
    await mail[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
    await servers[Symbol.asyncDispose]();
  });

  /** Each link of a mail: how somebody comes by one, and what spends it. */
  const LINKS: readonly [
    string,
    (email: string) => Promise<string>,
    string,
    (token: string) => object,
    realm?: string,
  ][] = [
    [
      'a reset',
      resetToken,
      operations.RESET,
      (token) => ({ input: { token, newPassword: NEW_PASSWORD } }),
    ],
    ['a verification', verificationToken, operations.VERIFY, (token) => ({ token })],
    ['a change of address', changeToken, operations.CONFIRM_CHANGE, (token) => ({ token })],
    ['a sign-up', signUpToken, operations.VERIFY, (token) => ({ token }), CONFIRMING],
    [
      'an invitation',
      invitationToken,
      operations.ACCEPT_INVITATION,
      (token) => ({ input: { token, password: NEW_PASSWORD } }),
    ],
  ];

  it.each(LINKS)(
    `let the link of %s work once, when it is used ${AT_ONCE} times at once`,
    async (what, ask, query, variables, realm) => {
      const email = `${what.replaceAll(' ', '-')}@example.com`;
      const token = await ask(email);
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, async (_, n) => {
          const { body } = await sendTo(nodes[n % 2] ?? nodes[0], realm)(query, variables(token));
          // biome-ignore lint/suspicious/noExplicitAny: JSON from the wire
          return Object.values(body.data)[0] as any;
        }),
      );
      const refused = answers.filter(({ __typename }) =>
        // A node that hashes too many passwords already says so; then the token is not tried.
        ['TokenRejected', 'RateLimited'].includes(__typename),
      );
      expect(refused).toHaveLength(AT_ONCE - 1);
      const reasons = new Set(refused.flatMap(({ reason }) => reason ?? []));
      expect([...reasons]).toEqual(['USED']);
    },
  );

  it('leave one link of a purpose that works, when several are asked for at once', async () => {
    const { id: userId } = await signUpUser(nodes[0].send);
    const tokens = new OneTimeTokens({ clock: systemClock, randomness: systemRandomness });
    const realm = { id: 'default', issuer: nodes[0].url, settings: {} };
    const purpose = tokenPurpose('test', () => 3_600);
    const issue = () =>
      database.database.transaction((sql) =>
        tokens.issue(sql, realm, purpose, { userId, data: {} }),
      );
    for (let round = 1; round <= 5; round += 1) {
      await Promise.all(Array.from({ length: 4 }, issue));
      const live = 'select count(*)::int as n from one_time_tokens where expires_at > now()';
      expect(await database.sql(`${live} and user_id = ?`, [userId])).toEqual([{ n: 1 }]);
    }
  });

  it('deliver every mail once, though the server is down and the node is killed meanwhile', {
    timeout: 180_000,
  }, async () => {
    const [node] = nodes;
    await nodes[1][Symbol.asyncDispose](); // so that the one that is killed has the jobs
    const users = await Promise.all(Array.from({ length: MAILS }, () => signUpUser(node.send)));
    await mail.stop();
    for (const { email } of users) await node.send(operations.REQUEST_RESET, { email });
    const waiting = "name = 'mail.send' and state = 'retry'";
    const isTrying = async () => (await jobsThat(waiting)) === MAILS;
    await until(isTrying, 30_000, 'each mail was tried');
    node.signal('SIGKILL');
    await node.exited();
    await mail.start();
    node.restart();
    await node.ready();
    const arrived = () => users.every(({ email }) => mail.mailsTo(email).length > 0);
    await until(arrived, 120_000, 'every mail arrived');
    const isDone = async () =>
      (await jobsThat("name = 'mail.send' and state <> 'completed'")) === 0;
    await until(isDone, 30_000, 'no mail is left');
    expect(users.map(({ email }) => mail.mailsTo(email).length)).toEqual(Array(MAILS).fill(1));
    for (const { email } of users) {
      const { token } = linkIn(await mail.mailTo(email));
      const input = { token, newPassword: NEW_PASSWORD };
      const { body } = await node.send(operations.RESET, { input });
      expect(body.data.resetPassword).toMatchObject({ __typename: 'PasswordChanged' });
    }
  });

  async function jobsThat(condition: string): Promise<number> {
    const [row] = await database.sql<{ n: number }>(
      `select count(*)::int as n from authgraph_jobs.job where ${condition}`,
    );
    return row?.n ?? 0;
  }

  function sendTo({ url, send }: ServiceProcess, realm?: string): Send {
    return realm === undefined ? send : graphqlClient(`${url}/realms/${realm}`);
  }

  async function signUpToken(email: string): Promise<string> {
    const input = { email, password: GOOD_PASSWORD };
    await sendTo(nodes[0], CONFIRMING)(SIGN_UP, { input });
    return linkIn(await mail.mailTo(email)).token;
  }

  async function resetToken(email: string): Promise<string> {
    await signUpUser(nodes[0].send, email);
    await nodes[0].send(operations.REQUEST_RESET, { email });
    return linkIn(await mail.mailTo(email)).token;
  }

  async function verificationToken(email: string): Promise<string> {
    const { accessToken } = await signUpUser(nodes[0].send, email);
    await nodes[0].send(operations.REQUEST_VERIFICATION, {}, bearer(accessToken));
    return linkIn(await mail.mailTo(email)).token;
  }

  async function changeToken(newEmail: string): Promise<string> {
    const { accessToken } = await signUpUser(nodes[0].send);
    const input = { newEmail, currentPassword: GOOD_PASSWORD };
    await nodes[0].send(operations.REQUEST_CHANGE, { input }, bearer(accessToken));
    return linkIn(await mail.mailTo(newEmail)).token;
  }

  async function invitationToken(email: string): Promise<string> {
    const admin = await signUpUser(nodes[0].send);
    await database.sql(`update users set roles = '{admin}' where id = '${admin.id}'`);
    const { accessToken } = await signInAgain(nodes[0].send, admin);
    await nodes[0].send(operations.CREATE_USER, { input: { email } }, bearer(accessToken));
    return linkIn(await mail.mailTo(email)).token;
  }
});
