import { duration } from '../../platform/settings/setting-schemas.js';
import { realmSetting, Settings } from '../../platform/settings/settings.js';

export const ACCOUNT_DELETION_SETTINGS = new Settings({
  deletionGrace: realmSetting(
    duration('0s', '90d'),
    '0s',
    'how long users who delete their account can come back by signing in',
  ),
});
