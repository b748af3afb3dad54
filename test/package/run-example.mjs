// Loads a compiled example and, when it answers requests, asks it as an anonymous and with a token:
// node run-example.mjs FILE PORT TOKEN. Prints both answers as JSON, null where it answers none.
import { pathToFileURL } from 'node:url';

const [file, port, token] = process.argv.slice(2);
const module = await import(pathToFileURL(file).href);
const ask = module.GET ? askRoute : module.handler ? askLambda : port ? askServer : undefined;
const answers = ask
  ? { anonymous: await ask({}), signedIn: await ask({ authorization: `Bearer ${token}` }) }
  : { anonymous: null, signedIn: null };
process.stdout.write(`\n${JSON.stringify(answers)}\n`, () => process.exit(0));

async function askRoute(headers) {
  const response = await module.GET(new Request('http://localhost/me', { headers }), {});
  return `${response.status} ${await response.text()}`;
}

async function askLambda(headers) {
  const { statusCode, body } = await module.handler({
    headers,
    requestContext: { http: { method: 'GET' } },
  });
  return `${statusCode} ${body}`;
}

/** A GraphQL server says so by refusing what is not GraphQL. */
async function askServer(headers) {
  const response = await fetch(`http://127.0.0.1:${port}/me`, { headers });
  if (![400, 404, 415].includes(response.status))
    return `${response.status} ${await response.text()}`;
  const graph = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ myNotes { text } }' }),
  });
  return `${graph.status} ${await graph.text()}`;
}
