import { feature } from '../../platform/feature.js';
import { DEVICE_SETTINGS } from './device-settings.js';
import { deviceTokenFormat } from './device-token.js';
import { KnownDevices } from './known-devices.js';

export type { KnownDevice } from './device-token.js';
export type { KnownDevices } from './known-devices.js';

/**
 * Devices that have signed in before: whatever strangers do to an account's limits, its owner gets
 * in from these.
 */
export const knownDevices = feature({
  name: 'known-devices',
  settings: DEVICE_SETTINGS,
  create({ clock, newId, secrets }) {
    const format = deviceTokenFormat(secrets.macKeys('device-token-mac'));
    return { parts: { devices: new KnownDevices({ clock, newId, format }) } };
  },
});
