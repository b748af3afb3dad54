import { z } from 'zod';
import { type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { text } from '../protocol/fields.js';

/** Everything that a licence of SuperTokens' core would allow. */
const FEATURES = [
  'account_linking',
  'multi_tenancy',
  'dashboard_login',
  'mfa',
  'oauth',
  'security',
  'saml',
];

/** There is nothing to license here; applications may go on asking. */
export function licenceEndpoints(): Endpoint[] {
  const path = '/ee/license';
  return [
    endpoint({
      method: 'PUT',
      path,
      scope: 'app',
      input: z.object({ licenseKey: text.nullish() }),
      handle: async () => OK,
    }),
    endpoint({
      method: 'GET',
      path,
      scope: 'app',
      input: z.object({}),
      handle: async () => ({ status: 'NO_LICENSE_KEY_FOUND_ERROR' }),
    }),
    endpoint({
      method: 'DELETE',
      path,
      scope: 'app',
      input: z.object({}),
      handle: async () => OK,
    }),
    endpoint({
      method: 'GET',
      path: '/ee/featureflag',
      scope: 'app',
      input: z.object({}),
      handle: async () => ({ ...OK, features: FEATURES, usageStats: {} }),
    }),
  ];
}
