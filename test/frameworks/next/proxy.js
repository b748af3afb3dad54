import { middleware } from './auth.js';

export const proxy = middleware({ scopes: ['users:read'] });

export const config = { matcher: '/proxied' };
