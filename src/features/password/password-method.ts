import type { IdentityMethod } from '../users/index.js';

/** Being known by an address and a password. */
export const PASSWORD_METHOD = { name: 'password', amr: ['pwd'] } as const satisfies IdentityMethod;
