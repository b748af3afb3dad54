import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { attackerJwk } from './token-forge.js';

/** A server that an attacker would like to be asked for keys. It would answer, and it counts. */
export interface AttackerServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: () => number;
}

export async function startAttackerServer(): Promise<AttackerServer> {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [{ ...attackerJwk('ES256'), alg: 'ES256', use: 'sig' }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
