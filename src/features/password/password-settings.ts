import { integer } from '../../platform/settings/setting-schemas.js';
import { realmSetting, Settings } from '../../platform/settings/settings.js';

export const PASSWORD_SETTINGS = new Settings({
  passwordMinLength: realmSetting(integer(8, 128), '8', 'the shortest password, in code points'),
});
