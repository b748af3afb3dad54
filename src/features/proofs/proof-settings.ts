import { flag, list, oneOf, url } from '../../platform/settings/setting-schemas.js';
import { realmSetting, Settings } from '../../platform/settings/settings.js';

export const PROOF_SETTINGS = new Settings({
  dpop: realmSetting(
    oneOf(['off', 'allowed', 'required']),
    'allowed',
    'whether sessions are bound to a key of the client (RFC 9449): off, allowed or required',
  ),
  dpopNonce: realmSetting(
    flag,
    'false',
    'whether proofs need a nonce of this service: true or false',
  ),
  proofUrls: realmSetting(
    list(url(['http:', 'https:'])),
    '',
    "URLs that proofs may name beside the issuer's /graphql: those of gateways, comma-separated",
  ),
});
