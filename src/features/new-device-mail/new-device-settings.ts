import { flag } from '../../platform/settings/setting-schemas.js';
import { realmSetting, Settings } from '../../platform/settings/settings.js';

export const NEW_DEVICE_SETTINGS = new Settings({
  newDeviceMail: realmSetting(
    flag,
    'false',
    'whether users get a mail when somebody signs in to their account on a new device',
  ),
});
