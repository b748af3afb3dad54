import { duration } from '../../platform/settings/setting-schemas.js';
import { realmSetting, Settings } from '../../platform/settings/settings.js';

export const AUDIT_SETTINGS = new Settings({
  auditRetention: realmSetting(duration('1d', '3650d'), '365d', 'how long the audit log is kept'),
});
