import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { ROOT } from './packages.js';
import { pack } from './packed.js';

export interface LocalRegistry extends AsyncDisposable {
  readonly url: string;
}

/**
 * An npm registry that has the packages that are installed here, each in one version: npm can
 * install from it without a network, and whatever a package asks for is found.
 */
export async function startLocalRegistry(folder: string): Promise<LocalRegistry> {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    const name = path.replace(/\/-\/.*$/, '');
    const place = join('node_modules', name);
    if (!existsSync(join(ROOT, place, 'package.json'))) {
      response.writeHead(404).end();
    } else if (path === name) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(describe(name, `http://${request.headers.host}`)));
    } else {
      response.end(await readFile((await pack(place, folder)).file));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the registry has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function describe(name: string, url: string): object {
  const manifest = JSON.parse(
    readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'),
  );
  const dist = { tarball: `${url}/${name}/-/package.tgz` };
  return {
    name,
    'dist-tags': { latest: manifest.version },
    versions: { [manifest.version]: { ...manifest, dist } },
  };
}
