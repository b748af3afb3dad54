import { AccessDenied, type Session } from '@authgraph/sdk';
import { authgraph, SESSION } from '@authgraph/sdk/loopback';
import { inject, intercept } from '@loopback/core';
import { get, RestApplication, RestBindings } from '@loopback/rest';
import type { StartApp } from './run.js';

export const start: StartApp = async (options) => {
  const { verifySession, errorHandler, corsOptions } = authgraph(options);

  class AccountController {
    @intercept(verifySession())
    @get('/me')
    me(@inject(SESSION) session: Session) {
      return { userId: session.userId };
    }

    @intercept(verifySession({ scopes: ['users:read'] }))
    @get('/users')
    users(@inject(SESSION) session: Session) {
      return { userId: session.userId };
    }

    @intercept(verifySession({ required: false }))
    @get('/maybe')
    maybe(@inject(SESSION) session: Session | null) {
      return { userId: session?.userId ?? null };
    }

    @get('/unguarded')
    unguarded() {
      throw new AccessDenied({
        status: 401,
        headers: {
          'www-authenticate': 'Bearer realm="authgraph"',
          'content-type': 'application/json',
        },
        body: {
          error: {
            code: 'UNAUTHENTICATED',
            reason: 'TOKEN_MISSING',
            action: 'sign-in',
            message: 'Sign in to do this.',
          },
        },
      });
    }

    @intercept(verifySession())
    @get('/broken')
    broken() {
      throw new Error('a defect of the application');
    }
  }

  const app = new RestApplication({
    rest: { port: 0, host: '127.0.0.1', cors: corsOptions, gracePeriodForClose: 0 },
  });
  app.bind(RestBindings.SequenceActions.LOG_ERROR).to(() => {}); // the test makes one of them
  app.middleware(errorHandler);
  app.controller(AccountController);
  await app.start();
  return Number(new URL(app.restServer.url ?? '').port);
};
