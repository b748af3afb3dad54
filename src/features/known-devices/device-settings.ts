import { duration } from '../../platform/settings/setting-schemas.js';
import { realmSetting, Settings } from '../../platform/settings/settings.js';

export const DEVICE_SETTINGS = new Settings({
  knownDeviceTtl: realmSetting(
    duration('1s', '3650d'),
    '365d',
    'for how long a device that has signed in is none of a stranger',
  ),
});
