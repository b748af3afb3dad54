import type { Config } from '../app/config.js';
import { startApp } from '../app/serve.js';
import { setUp } from '../app/set-up.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import type { Environment } from './set-up.js';
import { print } from './terminal.js';

const WITHOUT_REDIS = 'none; keys and revocations are kept in this process';
const FIRST_MUTATION =
  'mutation { signUp(input: ' +
  '{ email: "ada@example.com", password: "correct horse battery staple" }) { __typename ' +
  '... on SignedIn { user { id } tokens { accessToken refreshToken } } ' +
  '... on Problem { message } } }';

/** Runs the service until SIGTERM or SIGINT. */
export async function serve(env: Environment): Promise<ExitCode> {
  const { config, log, secrets } = await setUp(env);
  for (const name of config.unknownSettings)
    log.warn({ name }, `${name} is not a setting; it has no effect`);
  for (const warning of config.warnings) log.warn({}, warning);
  const app = await startApp({ config, log, secrets });
  const signal = nextSignal();
  const first = await Promise.race([app.firstAttempt, signal]);
  if (first === undefined) {
    log.info({ url: app.url, issuer: config.issuer, production: config.production }, 'Listening');
    if (!config.production) print(welcome(app.url, config));
  }
  log.info({ signal: await signal }, 'Shutting down');
  try {
    await app.stop();
  } catch (error) {
    log.error({ err: error }, 'The shutdown failed');
    return EXIT.failed;
  }
  log.info({}, 'Stopped');
  return EXIT.done;
}

function nextSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => resolve(signal));
  });
}

/** By the name that the issuer has, since browsers keep the cookies of two names apart. */
function welcome(listensOn: string, config: Config): string {
  const url = listensOn.replace('127.0.0.1', 'localhost');
  const database =
    config.database.url === undefined
      ? `embedded, in ${config.database.dataDir}`
      : 'PostgreSQL (DATABASE_URL)';
  const firstBody = JSON.stringify({ query: FIRST_MUTATION });
  return `
  authgraph is running

  GraphQL    ${url}/graphql   (open it in a browser for the explorer)
  JWKS       ${url}/.well-known/jwks.json
  Mails      ${url}/mails   (what was sent, with its links)
  Health     ${url}/health/ready
  Database   ${database}
  Redis      ${config.redisUrl === undefined ? WITHOUT_REDIS : 'REDIS_URL'}

  A first mutation:

    curl ${url}/graphql -H 'content-type: application/json' -d '${firstBody}'
`;
}
