// Calls the Lambda's handler for each request, as an HTTP API does, to try it without a cloud.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { port } from './app.mjs';
import { handler } from './lambda.mjs';

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const event = {
    version: '2.0',
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    queryStringParameters: Object.fromEntries(url.searchParams),
    headers: request.headers,
    cookies: (request.headers.cookie ?? '').split('; ').filter(Boolean),
    requestContext: { http: { method: request.method, path: url.pathname } },
    body: await text(request),
    isBase64Encoded: false,
  };
  try {
    const { statusCode, headers, cookies = [], body = '' } = await handler(event, {}, () => {});
    response.writeHead(statusCode, { ...headers, 'set-cookie': cookies }).end(body);
  } catch (error) {
    response.writeHead(500).end(error.message);
  }
});
server.listen(port, '127.0.0.1', () => console.log(`listening on ${port}`));
