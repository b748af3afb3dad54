import { duration } from '../../platform/settings/setting-schemas.js';
import { realmSetting, Settings } from '../../platform/settings/settings.js';

export const HOOK_SETTINGS = new Settings({
  hookTimeout: realmSetting(
    duration('1s', '10s'),
    '2s',
    'how long a function of the application that embeds the service may take',
  ),
});
