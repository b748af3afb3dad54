import { duration, oneOf } from '../../platform/settings/setting-schemas.js';
import { processSetting, realmSetting, Settings } from '../../platform/settings/settings.js';

export const WEBHOOK_SETTINGS = new Settings({
  webhookPrivateAddresses: processSetting(
    oneOf(['refuse', 'allow']),
    'refuse',
    'whether webhooks may lead to private addresses',
  ),
  webhookSecretOverlap: realmSetting(
    duration('0s', '30d'),
    '1d',
    'for how long the former secret of a webhook signs as well',
  ),
  webhookGiveUp: realmSetting(
    duration('1m', '30d'),
    '1d',
    'a webhook is switched off when nothing got through for that long',
  ),
});
