import { feature } from '../../platform/feature.js';
import { mail } from '../mail/index.js';
import { NEW_DEVICE_MAIL } from './new-device.mail.js';
import { NEW_DEVICE_SETTINGS } from './new-device-settings.js';
import { tellOwner } from './tell-owner.js';

/** Users who are told when somebody signs in to their account on a new device. */
export const newDeviceMail = feature({
  name: 'new-device-mail',
  settings: NEW_DEVICE_SETTINGS,
  mails: [NEW_DEVICE_MAIL],
  create({ events }, use) {
    events.on(tellOwner(use(mail).mails));
    return { parts: {} };
  },
});
