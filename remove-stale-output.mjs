// Removes what an earlier build left of sources that are gone, and nothing else: a service that
// runs from this folder may still load the rest.
// Usage: node remove-stale-output.mjs OUTPUT=SOURCES ...
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const BUILT = /\.(?:js|d\.ts)(?:\.map)?$/;

for (const pair of process.argv.slice(2)) {
  const [output, sources] = pair.split('=');
  for (const name of readdirSync(output, { recursive: true, encoding: 'utf8' })) {
    const source = join(sources, name.replace(BUILT, ''));
    const isBuilt = BUILT.test(name);
    if (isBuilt && ['.ts', '.tsx'].every((extension) => !existsSync(source + extension)))
      rmSync(join(output, name));
  }
}
