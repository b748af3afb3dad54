import { rate } from '../../platform/limits/rate.js';
import { integer, oneOf, optional, publicUrl } from '../../platform/settings/setting-schemas.js';
import { processSetting, realmSetting, Settings } from '../../platform/settings/settings.js';

export const PASSWORD_SETTINGS = new Settings({
  signUp: realmSetting(
    oneOf(['open', 'confirm', 'closed']),
    'open',
    'who can make an account: anybody at once, whoever confirms their address, nobody',
  ),
  breachCheckUrl: processSetting(
    optional(publicUrl),
    undefined,
    "where to ask whether a password was in a breach, in the form of Have I Been Pwned's range API",
  ),
  passwordMinLength: realmSetting(integer(8, 128), '8', 'the shortest password, in code points'),
  limitSignInPerAccount: realmSetting(rate, '10/15m', 'wrong passwords for one account'),
  limitSignInPerAddress: realmSetting(rate, '100/15m', 'wrong passwords from one address'),
  limitSignInPerAddressAndAccount: realmSetting(
    rate,
    '30/1d',
    'wrong passwords from one address for one account',
  ),
  limitSignUpPerAddress: realmSetting(rate, '20/1h', 'sign-ups from one address'),
});
