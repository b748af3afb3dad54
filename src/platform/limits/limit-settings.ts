import { oneOf, optional } from '../settings/setting-schemas.js';
import { realmSetting, Settings } from '../settings/settings.js';

import { rate } from './rate.js';

export const LIMIT_SETTINGS = new Settings({
  limits: realmSetting(
    optional(oneOf(['all', 'accounts', 'off'])),
    undefined,
    'which limits hold: all (the default in production), accounts (none per address; ' +
      'the default in development), off',
  ),
  limitMessagesPerAccount: realmSetting(
    rate,
    '5/1h',
    'mails and codes that strangers can have sent to one account',
  ),
  limitMessagesPerAddress: realmSetting(rate, '50/1h', 'the same, asked for from one address'),
});
