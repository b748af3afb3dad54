import { createAuthgraph } from 'authgraph';
import { fastify } from 'fastify';

/** What each company has paid for; an application would ask its database. */
const plans = new Map([['example.com', 'pro']]);

const { AUTHGRAPH_DATA_DIR, NODE_ENV, PORT = '4000' } = process.env;
const authgraph = await createAuthgraph({
  settings: { AUTHGRAPH_DATA_DIR, NODE_ENV, PORT },
  hooks: {
    beforeSignUp({ email }) {
      const plan = plans.get(email?.split('@').at(-1) ?? '');
      return plan ? { privateMetadata: { plan } } : { refuse: 'Your company has no plan with us.' };
    },
    claims: ({ privateMetadata }) => ({ plan: privateMetadata.plan }),
  },
});

const app = fastify();
await app.register(authgraph.fastify);
await app.listen({ port: Number(PORT) });
