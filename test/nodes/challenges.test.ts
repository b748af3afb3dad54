import { randomInt } from 'node:crypto';
import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { expect, it } from 'vitest';
import { clusterSettings, describeOnSharedServers } from '../harness/real-servers.js';
import { type ServiceProcess, startNode } from '../harness/service-process.js';
import { createTestDatabase } from '../harness/test-database.js';

const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) { __typename
  ... on ChallengeRequired { reason challenge } } }`;

async function guess({ send }: ServiceProcess, email: string, challengeSolution?: string) {
  const input = { email, password: 'wrong', challengeSolution };
  return (await send(SIGN_IN, { input })).body.data.signIn;
}

describeOnSharedServers('challenges over two nodes', (open) => {
  it('follow the failures at both, and a solution used at one is spent at the other', async () => {
    await using servers = await open();
    await using database = await createTestDatabase(servers.databaseUrl);
    const settings = {
      ...clusterSettings(database.url, servers.redisUrl),
      AUTHGRAPH_LIMITS: 'accounts',
      AUTHGRAPH_CHALLENGE: 'altcha',
      // A window of its own: those of an earlier run on this Redis may count on.
      AUTHGRAPH_CHALLENGE_AFTER: `4/${randomInt(3_600, 360_000)}s`,
      AUTHGRAPH_CHALLENGE_COST: '1',
    };
    let victims = 0;
    await using a = await startNode(settings);
    await using b = await startNode(settings);
    for (const node of [a, b, a, b]) {
      victims += 1;
      const { __typename } = await guess(node, `victim-${victims}@example.com`);
      expect(__typename).toBe('InvalidCredentials');
    }
    const { challenge, ...asked } = await guess(b, 'nobody@example.com');
    expect(asked).toEqual({ __typename: 'ChallengeRequired', reason: 'MISSING' });

    const solution = await solveChallenge({ challenge, deriveKey });
    const text = Buffer.from(JSON.stringify({ challenge, solution })).toString('base64');
    expect((await guess(a, 'nobody@example.com', text)).__typename).toBe('InvalidCredentials');
    for (const node of [a, b])
      expect(await guess(node, 'nobody@example.com', text)).toMatchObject({ reason: 'USED' });
  }, 60_000);
});
