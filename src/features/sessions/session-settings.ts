import type { Realm } from '../../kernel/realm.js';
import { rate } from '../../platform/limits/rate.js';
import {
  duration,
  list,
  optional,
  origin,
  randomSecret,
  text,
} from '../../platform/settings/setting-schemas.js';
import { processSetting, realmSetting, Settings } from '../../platform/settings/settings.js';

export const SESSION_SETTINGS = new Settings({
  audience: realmSetting(optional(text), undefined, '`aud` of access tokens; the issuer if unset'),
  refreshIdleTtl: realmSetting(
    duration('1s', '365d'),
    '14d',
    'a session that is not refreshed for this long is over',
  ),
  refreshAbsoluteTtl: realmSetting(duration('1s', '3650d'), '90d', 'no session lives longer'),
  refreshGrace: realmSetting(
    duration('0s', '5m'),
    '10s',
    'how long the predecessor of a refresh token still gives the same successor',
  ),
  limitRefreshPerSession: realmSetting(rate, '600/1m', 'refreshes of one session'),
  revocationStreamSecrets: processSetting(
    list(randomSecret),
    '',
    'who may read /events/ended-sessions: secrets of servers, comma-separated',
  ),
  tokenMetadataKeys: realmSetting(
    list(text),
    '',
    'keys of public metadata that access tokens carry, comma-separated',
  ),
  allowedOrigins: realmSetting(
    list(origin),
    '',
    'origins whose pages may call the API and use cookies, comma-separated',
  ),
});

export function audienceOf(realm: Realm): string {
  return SESSION_SETTINGS.of(realm).audience ?? realm.issuer;
}
