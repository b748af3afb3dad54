// npx tsc && node build/loopback.js
import { inject, intercept } from '@loopback/core';
import { get, type MiddlewareContext, post, RestApplication, RestBindings } from '@loopback/rest';
import { middleware, type SessionContext } from 'supertokens-node/framework/loopback/index.js';
import { verifySession } from 'supertokens-node/recipe/session/framework/loopback/index.js';
import type { SessionContainer } from 'supertokens-node/recipe/session/index.js';
import { becomeEditor, describeMe, init, port, signOutEverywhere } from './app.mjs';

init('loopback');

class AccountController {
  readonly #context: MiddlewareContext & SessionContext;

  constructor(@inject(RestBindings.Http.CONTEXT) context: MiddlewareContext & SessionContext) {
    this.#context = context;
  }

  @get('/me')
  @intercept(verifySession())
  me() {
    return describeMe(this.#session);
  }

  @get('/checked')
  @intercept(verifySession({ checkDatabase: true }))
  checked() {
    return describeMe(this.#session);
  }

  @post('/editor')
  @intercept(verifySession())
  editor() {
    return becomeEditor(this.#session);
  }

  @post('/sign-out-everywhere')
  @intercept(verifySession())
  everywhere() {
    return signOutEverywhere(this.#session);
  }

  get #session(): SessionContainer {
    const { session } = this.#context;
    if (session === undefined) throw new Error('a route without verifySession()');
    return session;
  }
}

const app = new RestApplication({ rest: { port, host: '127.0.0.1', gracePeriodForClose: 0 } });
app.middleware(middleware); // serves /auth/*
app.controller(AccountController);
await app.start();
console.log(`listening on ${port}`);
