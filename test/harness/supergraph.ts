import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Processes,
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

/** The example's supergraph around a service in this process. */
export interface TestSupergraph extends AsyncDisposable {
  readonly service: TestService;
  readonly urls: SupergraphUrls;
}

/**
 * Its public URL is another one than where the subgraphs and gateways find it, as it is behind a
 * load balancer.
 */
export async function startTestSupergraph(
  issuer: string,
  env: Record<string, string> = {},
): Promise<TestSupergraph> {
  await succeed(join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), ['-p', EXAMPLE]);
  const folder = await mkdtemp(join(tmpdir(), 'authgraph-supergraph-'));
  const [products = 0, reviews = 0, hive = 0, apollo = 0] = await freePorts(4);
  const ports = { products, reviews, hive, apollo };
  const proofUrls = [hive, apollo].map((port) => `http://127.0.0.1:${port}/graphql`).join();
  const own = { AUTHGRAPH_ISSUER: issuer, AUTHGRAPH_PROOF_URLS: proofUrls };
  const service = await startService({ env: { ...own, ...env } });
  const processes = new Processes();
  const stop = async () => {
    await processes[Symbol.asyncDispose]();
    await service[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const urls = await startSupergraph({
      example: EXAMPLE,
      folder,
      processes,
      authgraph: service.url,
      issuer,
      ports,
    });
    return { service, urls, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
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
