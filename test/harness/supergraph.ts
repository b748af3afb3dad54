import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Processes,
  type SubgraphOptions,
  type SupergraphUrls,
  startSupergraph,
} from '../../examples/supergraph/supergraph.js';
import { startService, type TestService } from './service.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXAMPLE = join(ROOT, 'examples', 'supergraph');
const GATEWAYS = join(EXAMPLE, 'gateways');

export const INSTALL_GATEWAYS = 'npm ci --prefix examples/supergraph/gateways';
export const gatewaysAreInstalled = existsSync(
  join(GATEWAYS, 'node_modules', '@graphql-hive', 'gateway'),
);
export const otherCompositionsAreInstalled = existsSync(
  join(GATEWAYS, 'node_modules', '@wundergraph', 'composition'),
);

/** The example around a service in this process. */
export interface TestExample<Urls> extends AsyncDisposable {
  readonly service: TestService;
  readonly urls: Urls;
}
export type TestSupergraph = TestExample<SupergraphUrls>;

/** Its supergraph behind both gateways. */
export async function startTestSupergraph(
  issuer: string,
  env: Record<string, string> = {},
): Promise<TestSupergraph> {
  const [hive = 0, apollo = 0] = await freePorts(2);
  const proofUrls = [hive, apollo].map((port) => `http://127.0.0.1:${port}/graphql`).join();
  return startTestExample(issuer, { AUTHGRAPH_PROOF_URLS: proofUrls, ...env }, (options) =>
    startSupergraph({ ...options, ports: { ...options.ports, hive, apollo } }),
  );
}

/**
 * As much of the example as `start` starts. Its public URL is another one than where the subgraphs
 * and gateways find it, as it is behind a load balancer.
 */
export async function startTestExample<Urls>(
  issuer: string,
  env: Record<string, string>,
  start: (options: SubgraphOptions, started: AsyncDisposableStack) => Promise<Urls>,
): Promise<TestExample<Urls>> {
  await succeed(join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), ['-p', EXAMPLE]);
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'authgraph-supergraph-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const [products = 0, reviews = 0] = await freePorts(2);
  const service = started.use(await startService({ env: { AUTHGRAPH_ISSUER: issuer, ...env } }));
  const processes = started.use(new Processes());
  const options = {
    example: EXAMPLE,
    folder,
    processes,
    authgraph: service.url,
    issuer,
    ports: { products, reviews },
  };
  const urls = await start(options, started);
  const running = started.move();
  return { service, urls, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/**
 * Fails with what it printed when the subgraphs do not compose with the libraries of other routers.
 */
export function checkOtherCompositions({
  authgraph,
  products,
  reviews,
}: SupergraphUrls): Promise<string> {
  const subgraphs = Object.entries({ authgraph, products, reviews }).map(
    ([name, url]) => `${name}=${url}`,
  );
  return succeed(join(GATEWAYS, 'check-composition.mjs'), subgraphs);
}

/** Runs a program to its end; resolves to what it printed. */
async function succeed(script: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${output}`);
  return output;
}

/** Ports that nobody listens on at present, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(
    servers.map((server) => new Promise((resolve) => server.once('listening', resolve))),
  );
  const addresses = servers.map((server) => server.address());
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return addresses.map((address) =>
    typeof address === 'object' && address !== null ? address.port : 0,
  );
}
