import type { AuthgraphOptions } from '@authgraph/sdk';

/**
 * What each app here exports: a server with the routes of test/adapters.test.ts, on a port of its
 * own.
 */
export type StartApp = (options: AuthgraphOptions, variant?: string) => Promise<number>;

// node run.js <app>[:variant] <JSON array of options>: starts one server for each and sends the
// ports to the parent process.
process.once('disconnect', () => process.exit()); // nobody is left to ask
const [, , name = '', configurations = '[]'] = process.argv;
const [file, variant] = name.split(':');
const { start }: { start: StartApp } = await import(`./${file}.js`);
const ports: number[] = [];
for (const options of JSON.parse(configurations) as AuthgraphOptions[])
  ports.push(await start(options, variant)); // the test's own JSON
process.send?.(ports);
