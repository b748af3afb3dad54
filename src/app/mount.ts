import type { IncomingMessage, RequestListener } from 'node:http';
import type { FastifyPluginAsync } from 'fastify';
import { urlsOf } from '../platform/http/realm-route.js';
import type { Service } from './service.js';

/** Answers with all of the service's API, as a listener of Node.js's own HTTP server does. */
export function requestListener({ server }: Pick<Service, 'server'>): RequestListener {
  return (request, response) => server.routing(request, response);
}

/**
 * A plugin for somebody else's Fastify. The requests to the API's paths are handed to the service's
 * own server whole: so its parsers, limits, headers and errors are the same wherever it runs, and
 * nothing of the application's applies to them by chance.
 */
export function fastifyPlugin({ server, routes, closing, stop }: Service): FastifyPluginAsync {
  return async (host) => {
    host.removeAllContentTypeParsers();
    host.addContentTypeParser('*', (_request, _body, done) => done(null)); // read it there
    for (const route of routes) {
      for (const url of urlsOf(route)) {
        host.route({
          method: [...[route.method].flat(), 'OPTIONS'],
          url,
          config: { cors: false }, // of the app's own @fastify/cors
          handler: (request, reply) => {
            void reply.hijack();
            withoutPrefix(request.raw, host.prefix);
            server.routing(request.raw, reply.raw);
          },
        });
      }
    }
    host.addHook('preClose', async () => closing());
    host.addHook('onClose', stop); // by now the host has no request left
  };
}

function withoutPrefix(request: IncomingMessage, prefix: string): void {
  request.url = (request.url ?? '').slice(prefix === '/' ? 0 : prefix.length);
}
