import { createServer } from 'node:http';
import { authgraph } from '@authgraph/sdk/express';
import cors from 'cors';
import express from 'express4';
import { listen } from './listen.js';
import type { StartApp } from './run.js';

export const start: StartApp = (options) => {
  const { verifySession, requireSession, errorHandler, corsOptions } = authgraph(options);
  const app = express();
  app.set('env', 'test');
  app.use(cors(corsOptions));
  app.get('/me', verifySession(), (req, res) => {
    res.json({ userId: req.session?.userId });
  });
  app.get('/users', verifySession({ scopes: ['users:read'] }), (req, res) => {
    res.json({ userId: requireSession(req).userId });
  });
  app.get('/maybe', verifySession({ required: false }), (req, res) => {
    res.json({ userId: req.session?.userId ?? null });
  });
  app.get('/unguarded', (req, res) => {
    res.json({ userId: requireSession(req).userId });
  });
  app.get('/broken', verifySession(), () => {
    throw new Error('a defect of the application');
  });
  app.use(errorHandler);
  return listen(createServer(app));
};
