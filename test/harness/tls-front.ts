import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as forward } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A reverse proxy that speaks TLS for several host names, as one in production does. */
export interface TlsFront extends AsyncDisposable {
  /** The certificate that it shows, in PEM, for those who are to trust it. */
  readonly certificateFile: string;
}

/** `targets`: the port on this machine behind each host name. */
export async function startTlsFront(
  port: number,
  targets: Readonly<Record<string, number>>,
): Promise<TlsFront> {
  const folder = await mkdtemp(join(tmpdir(), 'authgraph-tls-'));
  const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const names = Object.keys(targets).map((name) => `DNS:${name}`);
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', '1', '-subj', '/CN=authgraph tests', '-addext', `subjectAltName=${names}`],
    ...['-keyout', keyFile, '-out', certificateFile],
  ]);
  const [key, cert] = await Promise.all([readFile(keyFile), readFile(certificateFile)]);

  const server = createServer({ key, cert }, (request, response) => {
    const { method, url: path, headers } = request;
    const target = targets[headers.host?.split(':')[0] ?? ''];
    if (target === undefined) return void response.writeHead(421).end();
    const forwarded = {
      ...headers,
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.9',
    };
    const options = { host: '127.0.0.1', port: target, method, path, headers: forwarded };
    const outgoing = forward(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    request.pipe(outgoing);
  });
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  return {
    certificateFile,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
