import { z } from 'zod';
import type { SettingValues } from '../../kernel/realm.js';
import { rate } from '../../platform/limits/rate.js';
import { flag, integer, list, text } from '../../platform/settings/setting-schemas.js';
import { realmSetting, type Setting, Settings } from '../../platform/settings/settings.js';

const apiKey = z
  .string()
  .regex(/^[A-Za-z0-9=-]{20,}$/, 'must be keys of at least 20 letters, digits, "=" and "-"');

export const SUPERTOKENS_SETTINGS = new Settings({
  supertokens: ofProcess(flag, 'false', "whether SuperTokens' SDKs are served"),
  supertokensPort: ofProcess(integer(0, 65_535), '3567', 'where they connect to'),
  supertokensHost: ofProcess(text, '127.0.0.1', 'the address to listen on for them'),
  supertokensApiKeys: ofProcess(list(apiKey), '', 'keys that they must send one of'),
  supertokensRealm: ofProcess(text, 'default', 'the realm of SDKs that name no app'),
  supertokensLimitSignInPerAccount: realmSetting(
    rate,
    '100/15m',
    'wrong passwords for one account that come by way of these SDKs',
  ),
});

function ofProcess<Value>(
  schema: z.ZodType<Value, string>,
  fallback: string,
  about: string,
): Setting<Value> {
  return { schema, fallback, about, perRealm: false };
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;

/** Whoever may call this interface may do everything: beyond this machine only with a key. */
export function isOpenToAll(settings: SettingValues): boolean {
  const { supertokens, supertokensHost, supertokensApiKeys } = SUPERTOKENS_SETTINGS.of({
    settings,
  });
  return supertokens && supertokensApiKeys.length === 0 && !LOOPBACK.test(supertokensHost);
}
