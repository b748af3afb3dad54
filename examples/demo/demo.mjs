#!/usr/bin/env node
// Walks through the life of a session against a running service and shows each request and its
// answer.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const USAGE = `Usage: npm run demo -- [options]

Signs a new user up, refreshes the session, plays a stolen refresh token and signs out, against a
running service.

Options:
  --url <url>            the service (default: AUTHGRAPH_URL, else http://localhost:4000)
  --grace-seconds <n>    the service's AUTHGRAPH_REFRESH_GRACE in seconds (default: 10)
  -h, --help             show this text

Exit codes: 0 every step answered as expected, 1 one did not or the service cannot be reached,
2 called wrongly`;

const ME = '{ me { id email } session { id } }';
const TOKENS = 'tokens { accessToken refreshToken }';
const SIGNED_IN =
  'mutation ($email: String!, $password: String!) ' +
  '{ MUTATION(input: { email: $email, password: $password }) { __typename ' +
  `... on SignedIn { user { id } session { id } ${TOKENS} } ... on Problem { message } } }`;
const REFRESH =
  'mutation ($refreshToken: String!) ' +
  '{ refreshSession(input: { refreshToken: $refreshToken }) { __typename ' +
  `... on SessionRefreshed { session { id } ${TOKENS} } ` +
  '... on RefreshRejected { reason message } } }';
const SIGN_OUT = 'mutation { signOut { ... on SignedOut { endedSessions } } }';

class DemoFailed extends Error {}

const { url, graceSeconds } = readOptions();
const email = `demo-${randomBytes(4).toString('hex')}@example.com`;
const password = randomBytes(12).toString('base64url');
/** Operations that stood on the screen already. */
const shown = new Set();
let stepCount = 0;

try {
  await walk();
  console.log(`\nAll ${stepCount} steps answered as expected.`);
} catch (error) {
  if (!(error instanceof DemoFailed)) throw error;
  console.error(`\ndemo: ${error.message}`);
  process.exitCode = 1;
}

async function walk() {
  const first = await signedIn('Sign up', 'signUp');
  await step(
    'Who am I, by the access token',
    { query: ME, accessToken: first.accessToken },
    { 'me.email': email },
  );

  const refreshed = await refresh('Trade the refresh token for a new pair', first.refreshToken, {
    __typename: 'SessionRefreshed',
  });
  const successor = refreshed.refreshSession.tokens.refreshToken;
  if (graceSeconds > 0) {
    await refresh(
      'The spent token again, within the grace window: the same successor',
      first.refreshToken,
      {
        'tokens.refreshToken': successor,
      },
    );
  }
  await waitOutGrace();
  await refresh(
    'The spent token once more: a thief could have it, so the session is ended',
    first.refreshToken,
    { reason: 'REUSED' },
  );
  await refresh('Its successor is worth nothing either', successor, { reason: 'REVOKED' });

  const second = await signedIn('Sign in again', 'signIn');
  await step(
    'Sign out',
    { query: SIGN_OUT, accessToken: second.accessToken },
    { 'signOut.endedSessions': 1 },
  );
  await refresh('The refresh token is dead', second.refreshToken, { reason: 'REVOKED' });
  await step(
    'The access token is refused, before it expires',
    { query: ME, accessToken: second.accessToken },
    {
      me: null,
      'errors.0.extensions.code': 'UNAUTHENTICATED',
      'errors.0.extensions.reason': 'TOKEN_REVOKED',
    },
  );
}

async function signedIn(title, mutation) {
  const query = SIGNED_IN.replaceAll('MUTATION', mutation);
  const answer = await step(
    title,
    { query, variables: { email, password } },
    { [`${mutation}.__typename`]: 'SignedIn' },
  );
  return answer[mutation].tokens;
}

async function refresh(title, refreshToken, expected) {
  const inResult = Object.fromEntries(
    Object.entries(expected).map(([path, value]) => [`refreshSession.${path}`, value]),
  );
  return step(title, { query: REFRESH, variables: { refreshToken } }, inResult);
}

/**
 * Sends one request, shows it with its answer, and compares members of the answer, named by their
 * paths.
 */
async function step(title, { query, variables, accessToken }, expected) {
  stepCount += 1;
  console.log(`\n${stepCount}. ${title}`);
  console.log(`   > ${shown.has(query) ? query.replace(/ \{ __typename.*/, ' …') : query}`);
  shown.add(query);
  if (variables !== undefined) console.log(`     variables ${compact(variables)}`);
  if (accessToken !== undefined)
    console.log(`     authorization: Bearer ${shortened(accessToken)}`);
  const { status, body } = await send(query, variables, accessToken);
  console.log(`   < ${status} ${compact(body)}`);
  const answer = { ...body.data, errors: body.errors };
  for (const [path, value] of Object.entries(expected)) {
    const found = path.split('.').reduce((member, name) => member?.[name], answer);
    if (found !== value) {
      throw new DemoFailed(
        `step ${stepCount}: expected ${path} to be ${compact(value)}, ` +
          `it is ${compact(found)}.${hintAbout(path)}`,
      );
    }
  }
  return answer;
}

async function send(query, variables, accessToken) {
  const authorization = accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };
  let response;
  try {
    response = await fetch(new URL('/graphql', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(15_000),
    });
  } catch (error) {
    throw new DemoFailed(
      `${url} does not answer (${error.cause?.code ?? error.message}). ` +
        'Start the service with "npm start".',
    );
  }
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) };
  } catch {
    throw new DemoFailed(
      `${url}/graphql answered ${response.status} with something other than JSON. Is it authgraph?`,
    );
  }
}

async function waitOutGrace() {
  const seconds = graceSeconds + 1;
  console.log(`\n   waiting ${seconds} s until the grace window is over`);
  for (let left = seconds; left > 0; left -= 1) {
    if (process.stdout.isTTY)
      process.stdout.write(`\r   ${'#'.repeat(seconds - left).padEnd(seconds, '.')} ${left} s `);
    await sleep(1_000);
  }
  if (process.stdout.isTTY) process.stdout.write(`\r   ${'#'.repeat(seconds)} done \n`);
}

function hintAbout(path) {
  return path.startsWith('refreshSession.')
    ? ' Is --grace-seconds what the service has as AUTHGRAPH_REFRESH_GRACE?'
    : '';
}

function compact(value) {
  return (
    JSON.stringify(value, (_name, member) =>
      typeof member === 'string' ? shortened(member) : member,
    ) ?? 'absent'
  );
}

/** Tokens are long and secret: their ends are enough to tell them apart. */
function shortened(text) {
  return /^(eyJ|ag_rt_)/.test(text) ? `${text.slice(0, 9)}…${text.slice(-6)}` : text;
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        url: { type: 'string', default: process.env.AUTHGRAPH_URL || 'http://localhost:4000' },
        'grace-seconds': { type: 'string', default: '10' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    if (!/^\d{1,3}$/.test(values['grace-seconds']))
      throw new Error('--grace-seconds must be a whole number of seconds.');
    if (!URL.canParse(values.url)) throw new Error(`"${values.url}" is not a URL.`);
    return { url: values.url, graceSeconds: Number(values['grace-seconds']) };
  } catch (error) {
    console.error(`demo: ${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}
