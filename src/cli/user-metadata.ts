import { administration } from '../features/administration/index.js';
import { metadata } from '../features/metadata/index.js';
import { operator } from '../kernel/caller.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, withRealm } from './set-up.js';
import { print } from './terminal.js';
import type { UserOptions } from './users.js';

export interface MetadataOptions extends UserOptions {
  /** Merge patches. */
  readonly public?: unknown;
  readonly private?: unknown;
}

/** Changes what is asked for, if anything is, and prints what is stored then. */
export function userMetadata(
  env: Environment,
  name: string,
  { public: publicPatch, private: privatePatch, ...options }: MetadataOptions,
): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const { find } = use(administration);
    const { id } = await find.one(realm, name);
    const patches = { public: publicPatch, private: privatePatch };
    const isChange = publicPatch !== undefined || privatePatch !== undefined;
    if (isChange) await use(metadata).update.run(realm, id, patches, operator('users metadata'));
    const { publicMetadata, privateMetadata } = await find.one(realm, id);
    const lines = [
      `public   ${JSON.stringify(publicMetadata)}`,
      `private  ${JSON.stringify(privateMetadata)}`,
    ];
    const all = JSON.stringify({ id, publicMetadata, privateMetadata });
    print(options.json ? all : lines.join('\n'));
    return EXIT.done;
  });
}
