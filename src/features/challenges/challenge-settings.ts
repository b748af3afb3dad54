import { rate } from '../../platform/limits/rate.js';
import { integer, oneOf } from '../../platform/settings/setting-schemas.js';
import { realmSetting, Settings } from '../../platform/settings/settings.js';

export const CHALLENGE_SETTINGS = new Settings({
  challenge: realmSetting(
    oneOf(['none', 'altcha']),
    'none',
    'what unknown devices do while sign-ins fail in masses: none, or altcha, a proof of work',
  ),
  challengeAfter: realmSetting(
    rate,
    '300/5m',
    'failed sign-ins of a whole realm that are taken for an attack',
  ),
  challengeCost: realmSetting(
    integer(1, 1_000_000),
    '5000',
    'iterations of PBKDF2 in each of the 256 attempts that a solution takes on average',
  ),
});
