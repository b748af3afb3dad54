import { duration } from '../../platform/settings/setting-schemas.js';
import { realmSetting, Settings } from '../../platform/settings/settings.js';

export const TOKEN_SETTINGS = new Settings({
  resetTtl: realmSetting(duration('5m', '1d'), '1h', 'how long a link to a new password works'),
  verificationTtl: realmSetting(
    duration('5m', '30d'),
    '1d',
    'how long a link that confirms an address works',
  ),
  invitationTtl: realmSetting(duration('5m', '90d'), '7d', 'how long an invitation works'),
});
