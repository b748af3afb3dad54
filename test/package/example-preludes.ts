/**
 * What surrounds the fragments of a page, by the page and its headings: whoever reads one has the
 * rest in a program of their own.
 */
export const PRELUDES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'docs/client.md': {
    'The client': `
      import type { User } from '@authgraph/client';
      declare function showSignInPage(reason: string): void;
      declare function welcome(user: User): void;
      declare function tryAgainIn(seconds: number): void;
      declare function show(message: string): void;
      declare const email: string;
      declare const password: string;`,
    'Requests: `authFetch`': `
      import type { AuthClient } from '@authgraph/client';
      declare const auth: AuthClient;`,
    'Where tokens are kept': `
      import { createAuthClient, type TokenStorage } from '@authgraph/client';
      declare const SecureStore: {
        getItemAsync(key: string): Promise<string | null>;
        setItemAsync(key: string, value: string): Promise<void>;
        deleteItemAsync(key: string): Promise<void>;
      };`,
    'Apollo Client': `
      import type { AuthClient } from '@authgraph/client';
      declare const auth: AuthClient;`,
  },
  'docs/frameworks.md': {
    verifySession: '',
    Express: `
      import express, { type RequestHandler } from 'express';
      import { authgraph } from '@authgraph/sdk/express';
      const app = express();
      declare const [issuer, audience]: [string, string];
      declare const listOrders: RequestHandler;
      const { verifySession, requireSession, errorHandler, corsOptions } =
        authgraph({ issuer, audience });`,
    Fastify: `
      import cors from '@fastify/cors';
      import fastify from 'fastify';
      import { authgraph } from '@authgraph/sdk/fastify';
      const app = fastify();
      declare const [issuer, audience]: [string, string];
      const { verifySession, requireSession, errorHandler, corsOptions } =
        authgraph({ issuer, audience });`,
    Koa: `
      import cors from '@koa/cors';
      import Koa, { type Middleware } from 'koa';
      import { authgraph } from '@authgraph/sdk/koa';
      const app = new Koa();
      declare const router: { get(path: string, ...middleware: Middleware[]): void };
      declare const [issuer, audience]: [string, string];
      const { verifySession, requireSession, errorHandler, corsOptions } =
        authgraph({ issuer, audience });`,
    hapi: `
      import Hapi from '@hapi/hapi';
      import { authgraph } from '@authgraph/sdk/hapi';
      declare const [issuer, audience]: [string, string];`,
    'LoopBack 4': `
      import { inject, intercept } from '@loopback/core';
      import { get, type RestApplication } from '@loopback/rest';
      declare const app: RestApplication;
      declare const [issuer, audience]: [string, string];
      const { verifySession, errorHandler } = authgraph({ issuer, audience });`,
    NestJS: `
      import { Controller, Get, type INestApplication } from '@nestjs/common';
      import { authgraph, type Session } from '@authgraph/sdk/nestjs';
      declare const app: INestApplication;
      declare const [issuer, audience]: [string, string];`,
    'Next.js': `
      import { redirect } from 'next/navigation.js';
      import { authgraph } from '@authgraph/sdk/next';
      declare function ordersOf(userId: string): object[];
      declare const [issuer, audience]: [string, string];`,
    Functions: `
      import type { APIGatewayProxyEventV2 } from 'aws-lambda';
      import { createServer } from 'node:http';
      declare const [issuer, audience]: [string, string];
      const { verifySession } = authgraph({ issuer, audience });`,
  },
  'docs/supertokens.md': {
    'In five minutes': `
      import supertokens from 'supertokens-node';
      import type { TypeInput } from 'supertokens-node/types';
      declare const { appInfo, recipeList }: TypeInput;`,
  },
};
