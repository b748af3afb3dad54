import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../supertokens', import.meta.url));

export const SDK_INSTALL_COMMAND = 'npm ci --prefix test/supertokens';
export const sdkIsInstalled = existsSync(`${FOLDER}/node_modules/supertokens-node`);

/** SuperTokens' own SDK in an Express app in a process of its own. */
export interface SdkApp extends AsyncDisposable {
  readonly url: string;
  /** A function of a recipe, with these arguments. */
  // biome-ignore lint/suspicious/noExplicitAny: JSON from the wire, asserted on by the tests
  call(recipe: string, name: string, ...args: unknown[]): Promise<any>;
}

export async function startSdkApp(settings: Record<string, string>): Promise<SdkApp> {
  const { VITEST: _, ...env } = process.env;
  const child = fork(`${FOLDER}/express-app.mjs`, [], {
    env: { ...env, ...settings },
    execArgv: [],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the app ended with ${code}`)));
    child.once('message', (message: number) => resolve(message));
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    async call(recipe, name, ...args) {
      const response = await fetch(`${url}/call/${recipe}/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(args),
      });
      const { result, error } = (await response.json()) as { result?: unknown; error?: string };
      if (error !== undefined) throw new Error(error);
      return result;
    },
    [Symbol.asyncDispose]: () => {
      child.kill();
      return exited;
    },
  };
}
