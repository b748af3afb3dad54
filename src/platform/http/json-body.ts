import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { AuthError } from '../../kernel/auth-error.js';

/** Bodies are JSON in UTF-8 (RFC 8259 section 8.1). Other bytes would be read as something else. */
export function readJsonBodies(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers(); // text/plain is what a cross-site form can send
  server.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request, body, done) => {
      if (isUtf8(body)) parse(request, body.toString(), done);
      else done(new AuthError('BAD_USER_INPUT', 'The body is not UTF-8.'));
    },
  );
}
