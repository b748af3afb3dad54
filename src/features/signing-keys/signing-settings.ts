import { duration, oneOf } from '../../platform/settings/setting-schemas.js';
import { realmSetting, Settings } from '../../platform/settings/settings.js';

export const SIGNING_SETTINGS = new Settings({
  accessTokenTtl: realmSetting(duration('1s', '1d'), '10m', 'how long an access token is valid'),
  signingAlg: realmSetting(
    oneOf(['ES256', 'RS256', 'EdDSA']),
    'ES256',
    'algorithm of new signing keys: ES256, RS256 or EdDSA',
  ),
  keyRotation: realmSetting(duration('1s', '365d'), '7d', 'how long a signing key is in use'),
  jwksMaxAge: realmSetting(duration('1s', '1d'), '5m', 'how long verifiers may cache the JWKS'),
});
