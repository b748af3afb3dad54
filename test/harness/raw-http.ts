import { connect } from 'node:net';

/** An answer to bytes that no HTTP library would send. */
export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

const GIVE_UP_MS = 5_000;

/** Writes a request as it is, byte for byte, and reads until the server closes the connection. */
export function sendRaw(url: string, request: string | Buffer): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(request));
    const chunks: Buffer[] = [];
    socket.setTimeout(GIVE_UP_MS, () => socket.destroy(new Error('no complete answer came')));
    socket.on('data', (chunk) => chunks.push(chunk));
    let failure: Error | undefined;
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => {
      // A server may refuse before it has read everything: then its answer counts, not the broken
      // pipe.
      if (failure !== undefined && chunks.length === 0) return reject(failure);
      const text = Buffer.concat(chunks).toString('utf8');
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text });
    });
  });
}

/** A POST of JSON to /graphql with header lines of one's own choice. */
export function rawPost(
  body: string,
  headerLines: readonly string[] = [],
  host = 'localhost',
): string {
  return [
    'POST /graphql HTTP/1.1',
    `Host: ${host}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...headerLines,
    '',
    body,
  ].join('\r\n');
}
