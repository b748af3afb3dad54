import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { until } from './until.js';

/** A message as it arrived. */
export interface ReceivedMessage {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a message says, once its signature is verified. */
export interface Announced {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

type Answer = (response: ServerResponse) => void;

/** Somebody's server that webhooks call. It answers 204 unless told otherwise. */
export interface WebhookReceiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly ReceivedMessage[];
  /** How the next request to a path is answered. */
  answerNext(path: string, answer: Answer): void;
  /** Waits until a path was called so often; resolves to what came there. */
  messages(path: string, count: number): Promise<readonly ReceivedMessage[]>;
}

const ARRIVES_MS = 15_000;

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedMessage[] = [];
  const answers = new Map<string, Answer>();
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const path = request.url ?? '';
    const answer = answers.get(path);
    answers.delete(path);
    received.push({ path, headers: request.headers, body });
    if (answer === undefined) response.writeHead(204).end();
    else answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const at = (path: string) => received.filter((message) => message.path === path);
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answerNext: (path, answer) => void answers.set(path, answer),
    async messages(path, count) {
      await until(() => at(path).length >= count, ARRIVES_MS, `${count} messages to ${path}`);
      return at(path);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Verifies a message with the specification's own library. Throws when its signature is wrong. */
export function verified(secret: string, { body, headers }: ReceivedMessage): Announced {
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return new Webhook(secret).verify(body, Object.fromEntries(texts)) as Announced; // JSON of ours
}
