import { ApolloServer } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import type { RequestContext } from './context.js';
import { onePlugin, type RequestListener } from './request-listener.js';

async function ask(listeners: readonly RequestListener[], query = '{ a }') {
  const typeDefs = 'type Query { a: Int }';
  const plugins = [onePlugin(listeners)];
  const apollo = new ApolloServer<RequestContext>({ typeDefs, plugins });
  const contextValue = {} as RequestContext; // these listeners look at none
  const { body } = await apollo.executeOperation({ query }, { contextValue });
  return body.kind === 'single' ? body.singleResult : undefined;
}

it('calls the listeners one after the other, and waits for each', async () => {
  const calls: string[] = [];
  const listener = (name: string): RequestListener => ({
    async didResolveOperation() {
      await Promise.resolve();
      calls.push(`${name} resolved`);
    },
    willSendResponse: () => void calls.push(`${name} sent`),
  });
  expect(await ask([listener('a'), {}, listener('b')])).toEqual({ data: { a: null } });
  expect(calls).toEqual(['a resolved', 'b resolved', 'a sent', 'b sent']);
});

it('answers what the first one throws, and does not ask the next', async () => {
  const calls: string[] = [];
  const answer = await ask([
    {
      didResolveOperation() {
        throw new GraphQLError('no');
      },
      didEncounterErrors: ({ errors }) => void calls.push(`saw ${errors[0]?.message}`),
      willSendResponse: () => void calls.push('sent'),
    },
    { didResolveOperation: () => void calls.push('asked') },
  ]);
  expect(answer?.errors?.map(({ message }) => message)).toEqual(['no']);
  expect(calls).toEqual(['saw no', 'sent']);
});
