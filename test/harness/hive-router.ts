import { existsSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  composeSupergraph,
  type SubgraphOptions,
  type SubgraphUrls,
  startSubgraphs,
} from '../../examples/supergraph/supergraph.js';
import { freePort, startServer } from './servers.js';
import { gatewaysAreInstalled, startTestExample, type TestExample } from './supergraph.js';

export const BUILD_HIVE_ROUTER = 'examples/supergraph/gateways/build-hive-router.sh';

/** Where that script puts it. */
const BUILT = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'authgraph/hive-router/bin/hive_router',
);
const PROGRAM = process.env.TEST_HIVE_ROUTER ?? BUILT;

export const canRunHiveRouter = existsSync(PROGRAM) && gatewaysAreInstalled;

export type RoutedSupergraph = TestExample<SubgraphUrls & { readonly router: string }>;

/** The example behind Hive Router, with the configuration that stands beside it. */
export async function startBehindHiveRouter(
  issuer: string,
  env: Record<string, string>,
): Promise<RoutedSupergraph> {
  const port = await freePort();
  const router = `http://127.0.0.1:${port}`;
  const proofUrl = `${router}/graphql`;
  const own = { AUTHGRAPH_PROOF_URLS: proofUrl, AUTHGRAPH_TRUST_PROXY: '127.0.0.1', ...env };
  return startTestExample(issuer, own, async (options, started) => {
    const urls = await startSubgraphs(options);
    const supergraph = await composeSupergraph(options, urls);
    const folder = await mkdtemp(join(tmpdir(), 'authgraph-hive-router-'));
    const file = join(folder, 'router.config.yaml');
    await writeFile(file, await configuration(options, { supergraph, port }));
    const command = ['env', `ROUTER_CONFIG_FILE_PATH=${file}`, PROGRAM];
    started.use(await startServer(command, { port, folder }));
    return { ...urls, router };
  });
}

/** The example's, with the addresses of this test. */
async function configuration(
  { example, authgraph, issuer }: SubgraphOptions,
  { supergraph, port }: { readonly supergraph: string; readonly port: number },
): Promise<string> {
  const text = await readFile(join(example, 'gateways/hive-router.config.yaml'), 'utf8');
  return text
    .replaceAll('http://127.0.0.1:4000', authgraph)
    .replaceAll('http://localhost:4000', issuer)
    .replace('path: supergraph.graphql', `path: ${supergraph}`)
    .replace('port: 4400', `port: ${port}`);
}
