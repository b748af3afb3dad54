import { type JWTPayload, SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../../../kernel/clock.js';
import { refuse } from '../protocol/core-error.js';
import { type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { jsonObject, optionalFlag, text } from '../protocol/fields.js';
import type { CoreKeys } from './core-keys.js';

const CREATE = z.object({
  algorithm: text,
  payload: jsonObject,
  jwksDomain: text,
  validity: z.number().int(),
  useStaticSigningKey: optionalFlag,
});
/** No token outlives this: later dates are none. */
const MOST_SECONDS = 1_000_000_000;

/** JWTs for whatever an application needs them for. */
export function jwtEndpoints(deps: { readonly keys: CoreKeys; readonly clock: Clock }): Endpoint[] {
  const { keys, clock } = deps;
  return [
    endpoint({
      method: 'POST',
      path: '/recipe/jwt',
      scope: 'app',
      input: CREATE,
      handle: async ({ app }, input) => {
        const { algorithm, payload, jwksDomain, validity, useStaticSigningKey = true } = input;
        if (validity <= 0 || validity > MOST_SECONDS) {
          refuse(400, 'validity must be greater than or equal to 0');
        }
        if (algorithm.toUpperCase() !== 'RS256') return { status: 'UNSUPPORTED_ALGORITHM_ERROR' };
        const kind = useStaticSigningKey ? 'static' : 'dynamic';
        const { kid, privateKey } = await keys.signing(app, kind);
        const iat = Math.floor(clock.now().getTime() / 1000);
        const claims: JWTPayload = { iat, exp: iat + validity, iss: jwksDomain, ...payload };
        const jwt = await new SignJWT(claims)
          .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
          .sign(privateKey);
        return { ...OK, jwt };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/recipe/jwt/jwks',
      scope: 'app',
      input: z.object({}),
      handle: async ({ app }) => ({ ...OK, keys: (await keys.published(app)).keys }),
    }),
  ];
}
