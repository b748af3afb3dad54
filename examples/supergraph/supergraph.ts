import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

type Environment = Record<string, string>;

/** The programs of the example: started together, stopped together. */
export class Processes implements AsyncDisposable {
  readonly #children: ChildProcess[] = [];

  start(script: string, args: readonly string[], env: Environment): void {
    this.#children.push(run(script, args, env, 'ignore'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#children.map((child) => {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        return child.exitCode === null && child.kill() ? ended : undefined;
      }),
    );
  }
}

export interface SubgraphOptions {
  /** This folder. */
  readonly example: string;
  /** Where the composed supergraphs are written. */
  readonly folder: string;
  readonly processes: Processes;
  /** authgraph's own address, and the public URL that its tokens name. */
  readonly authgraph: string;
  readonly issuer: string;
  readonly ports: { readonly products: number; readonly reviews: number };
}

export interface SupergraphOptions extends SubgraphOptions {
  readonly ports: SubgraphOptions['ports'] & { readonly hive: number; readonly apollo: number };
}

/** Where each subgraph answers GraphQL. */
export interface SubgraphUrls {
  readonly authgraph: string;
  readonly products: string;
  readonly reviews: string;
}

/** Where each member of the supergraph answers GraphQL. */
export interface SupergraphUrls extends SubgraphUrls {
  readonly hive: string;
  readonly apollo: string;
}

/** Starts the two subgraphs beside the authgraph that runs already. */
export async function startSubgraphs(options: SubgraphOptions): Promise<SubgraphUrls> {
  const { example, processes, authgraph, issuer, ports } = options;
  const urls = {
    authgraph: `${authgraph}/graphql`,
    products: `http://127.0.0.1:${ports.products}/`,
    reviews: `http://127.0.0.1:${ports.reviews}/`,
  };
  const env = { AUTHGRAPH_URL: authgraph, AUTHGRAPH_ISSUER: issuer };
  for (const name of ['products', 'reviews'] as const) {
    processes.start(join(example, 'build/subgraphs', `${name}.js`), [], {
      ...env,
      PORT: String(ports[name]),
    });
  }
  await Promise.all([answers(urls.authgraph), answers(urls.products), answers(urls.reviews)]);

  return urls;
}

/**
 * Composes them to the supergraph of a router that enforces the directives, or with `--plain` of
 * one that does not. Answers its file.
 */
export async function composeSupergraph(
  { example, folder }: SubgraphOptions,
  { authgraph, products, reviews }: SubgraphUrls,
  plain: readonly '--plain'[] = [],
): Promise<string> {
  const file = join(folder, `supergraph${plain.join('')}.graphql`);
  const subgraphs = Object.entries({ authgraph, products, reviews });
  const named = subgraphs.map(([name, url]) => `${name}=${url}`);
  await finish(join(example, 'gateways', 'compose.mjs'), [...plain, file, ...named]);
  return file;
}

/** Starts the subgraphs and both gateways in front of them. */
export async function startSupergraph(options: SupergraphOptions): Promise<SupergraphUrls> {
  const { example, processes, authgraph, issuer, ports } = options;
  const gateways = join(example, 'gateways');
  const subgraphs = await startSubgraphs(options);
  const urls = {
    ...subgraphs,
    hive: `http://127.0.0.1:${ports.hive}/graphql`,
    apollo: `http://127.0.0.1:${ports.apollo}/graphql`,
  };
  const env = { AUTHGRAPH_URL: authgraph, AUTHGRAPH_ISSUER: issuer };
  const supergraph = await composeSupergraph(options, subgraphs);
  // for Apollo Gateway: compose.mjs says why
  const plainSupergraph = await composeSupergraph(options, subgraphs, ['--plain']);

  processes.start(
    join(gateways, 'apollo-gateway.mjs'),
    [plainSupergraph, String(ports.apollo)],
    env,
  );
  const hive = ['supergraph', '--config-path', join(gateways, 'hive-gateway.config.mjs')];
  const hiveEnv = { ...env, SUPERGRAPH: supergraph, PORT: String(ports.hive) };
  processes.start(join(gateways, 'node_modules/.bin/hive-gateway'), hive, hiveEnv);
  await Promise.all([answers(urls.hive), answers(urls.apollo)]);
  return urls;
}

/** Waits until there is somebody to answer. */
export async function answers(url: string): Promise<void> {
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  };
  for (let attempt = 0; attempt < 300; attempt++) {
    const response = await fetch(url, request).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Nothing answers at ${url}`);
}

async function finish(script: string, args: readonly string[]): Promise<void> {
  const child = run(script, args, {}, 'inherit');
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
}

function run(
  script: string,
  args: readonly string[],
  env: Environment,
  stdout: 'ignore' | 'inherit',
): ChildProcess {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', stdout, 'inherit'],
  });
  child.once('exit', (code) => {
    if (code) process.stderr.write(`${script} ended with ${code}\n`);
  });
  return child;
}
