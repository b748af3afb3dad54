import { parse } from 'graphql';

/** Asks running subgraphs for their schemas: `NAME=URL` each. */
export function subgraphSchemas(entries) {
  return Promise.all(
    entries.map(async (entry) => {
      const [name, url] = entry.split(/=(.*)/s);
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ _service { sdl } }' }),
      });
      const { data } = await response.json();
      return { name, url, typeDefs: parse(data._service.sdl) };
    }),
  );
}
