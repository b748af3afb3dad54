import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({ options: { once: { type: 'boolean' }, help: { type: 'boolean' } } });
if (options.help) {
  print(
    'npm run example:supergraph [-- --once]\n\nStarts authgraph, two subgraphs, Hive Gateway and Apollo Gateway, and walks through them.\n--once: stop after the walk.',
  );
  process.exit(0);
}

const HERE = fileURLToPath(new URL('..', import.meta.url));
const GATEWAYS = join(HERE, 'gateways');
const CLI = fileURLToPath(new URL('../../../dist/src/main.js', import.meta.url));
const PORTS = { authgraph: 4000, products: 4001, reviews: 4002, hive: 4100, apollo: 4200 };
const ISSUER = `http://localhost:${PORTS.authgraph}`;
const urlOf = (name: keyof typeof PORTS) =>
  `http://127.0.0.1:${PORTS[name]}${name === 'products' || name === 'reviews' ? '/' : '/graphql'}`;

if (!existsSync(join(GATEWAYS, 'node_modules'))) {
  print('Installing the gateways (once; this takes a minute) …');
  const { status } = spawnSync('npm', ['ci'], { cwd: GATEWAYS, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const folder = await mkdtemp(join(tmpdir(), 'authgraph-supergraph-'));
const supergraph = join(folder, 'supergraph.graphql');
const plainSupergraph = join(folder, 'supergraph-plain.graphql'); // for Apollo Gateway: compose.mjs says why
const children: ReturnType<typeof spawn>[] = [];
process.once('SIGINT', () => stop(0));
process.once('SIGTERM', () => stop(0));

try {
  start('authgraph', CLI, ['serve'], { AUTHGRAPH_DATA_DIR: join(folder, 'data'), AUTHGRAPH_LOG_LEVEL: 'warn' });
  start('products', join(HERE, 'build/subgraphs/products.js'), []);
  start('reviews', join(HERE, 'build/subgraphs/reviews.js'), []);
  await Promise.all([answers('authgraph'), answers('products'), answers('reviews')]);
  compose([supergraph]);
  compose(['--plain', plainSupergraph]);
  start('apollo', join(GATEWAYS, 'apollo-gateway.mjs'), [plainSupergraph, String(PORTS.apollo)]);
  start(
    'hive',
    join(GATEWAYS, 'node_modules/.bin/hive-gateway'),
    ['supergraph', '--config-path', join(GATEWAYS, 'hive-gateway.config.mjs')],
    {
      SUPERGRAPH: supergraph,
    },
  );
  await Promise.all([answers('apollo'), answers('hive')]);
  await walk('hive');
  await walk('apollo');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  await stop(1);
}
print(
  `\nHive Gateway ${urlOf('hive')}\nApollo Gateway ${urlOf('apollo')}\nSubgraphs ${urlOf('authgraph')} ${urlOf('products')} ${urlOf('reviews')}`,
);
if (options.once) await stop(0);
else print('Ctrl-C stops all of it.');

/** Signs up, writes with a session, and reads one answer from all three subgraphs, through one gateway. */
async function walk(gateway: 'hive' | 'apollo'): Promise<void> {
  print(`\n── through ${gateway} ──`);
  const email = `${gateway}-${Date.now()}@example.com`;
  const signUp = await send(
    gateway,
    `mutation { signUp(input: { email: "${email}", password: "mauve-otter-climbs-77" }) { ... on SignedIn { user { id } tokens { accessToken } } } }`,
  );
  const token: string = signUp.data.signUp.tokens.accessToken;
  await send(gateway, 'mutation { writeReview(productId: "p1", body: "Pours well") { id } }', token);
  await send(gateway, 'mutation { addFavourite(productId: "p1") { id } }', token);
  const query =
    '{ me { email favourites { name price reviews { body author { id } } } reviews { body product { name } } } latestReviews { moderation author { id email } } }';
  show('with the token', await send(gateway, query, token));
  show('anonymous', await send(gateway, query));
}

// biome-ignore lint/suspicious/noExplicitAny: JSON from the wire
async function send(to: keyof typeof PORTS, query: string, token?: string): Promise<any> {
  const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const response = await fetch(urlOf(to), { method: 'POST', headers, body: JSON.stringify({ query }) });
  return response.json();
}

function compose(target: string[]): void {
  const subgraphs = (['authgraph', 'products', 'reviews'] as const).map((name) => `${name}=${urlOf(name)}`);
  const { status } = spawnSync(process.execPath, [join(GATEWAYS, 'compose.mjs'), ...target, ...subgraphs], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The subgraphs do not compose.');
}

function start(name: keyof typeof PORTS, script: string, args: string[], env: Record<string, string> = {}): void {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env, PORT: String(PORTS[name]), AUTHGRAPH_ISSUER: ISSUER },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  child.once('exit', (code) => {
    if (code) process.stderr.write(`${name} ended with ${code}\n`);
  });
  children.push(child);
}

async function answers(name: keyof typeof PORTS): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const answer = await send(name, '{ __typename }').catch(() => undefined);
    if (answer?.data) return print(`${name.padEnd(10)} ${urlOf(name)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${name} does not answer at ${urlOf(name)}`);
}

async function stop(code: number): Promise<never> {
  await Promise.all(
    children.map((child) => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      return child.exitCode === null && child.kill() ? ended : undefined;
    }),
  );
  await rm(folder, { recursive: true, force: true });
  process.exit(code);
}

function show(title: string, answer: unknown): void {
  print(`${title}: ${JSON.stringify(answer)}`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
