import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AnswerGraphQL } from './graphql-answer.js';

/** Puts GraphQL at /graphql. Most requests do not come this far: see graphql-post.ts. */
export function serveGraphQL(server: FastifyInstance, answer: AnswerGraphQL): void {
  server.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: async ({ id: requestId, ip, raw: message, body: sent }, reply) => {
      const { status, headers, body } = await answer({
        requestId,
        ip,
        message,
        response: reply.raw,
        body: sent,
      });
      for (const [name, value] of headers) void reply.header(name, value);
      void reply.code(status ?? 200);
      return body.kind === 'complete' ? body.string : sendStream(reply, body.asyncIterator);
    },
  });
}

function sendStream(reply: FastifyReply, parts: AsyncIterable<string>): FastifyReply {
  return reply.send(Readable.from(parts));
}
