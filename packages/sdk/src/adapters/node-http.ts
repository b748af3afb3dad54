import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Denial } from '../access/denial.js';

export type { IncomingMessage, ServerResponse };

/** Answers a request with a denial over node:http, and over what is built on it. */
export function sendDenial(response: ServerResponse, { status, headers, body }: Denial): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(JSON.stringify(body));
}
