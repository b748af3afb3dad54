import type { EventListener } from '../../platform/events/events.js';
import type { Mails } from '../mail/index.js';
import { NEW_DEVICE } from '../sessions/index.js';
import { findContact } from '../users/index.js';
import { NEW_DEVICE_MAIL } from './new-device.mail.js';
import { NEW_DEVICE_SETTINGS } from './new-device-settings.js';

/**
 * What a program calls itself, it made up: a mail repeats short names, and nothing that could be a
 * link or a sentence of somebody else's.
 */
const PLAIN_NAME = /^[\p{L}\p{N}_ +()-]{1,50}$/u;

/** Sends the mail with the sign-in that it is about. */
export function tellOwner(mails: Mails): EventListener {
  return async (sql, { type, realm, at, caller, userId, details }) => {
    if (type !== NEW_DEVICE || userId === null) return;
    if (!NEW_DEVICE_SETTINGS.of(realm).newDeviceMail) return;
    const owner = await findContact(sql, realm, userId);
    if (owner === undefined) return;
    const { email, language } = owner;
    const { device: name } = details as { readonly device: string | null }; // of such an event
    const device = name !== null && PLAIN_NAME.test(name) ? name : '';
    const about = { email: email.typed, at: at.toISOString() };
    const data = { ...about, device, ipAddress: caller.ipAddress ?? '' };
    await mails.send(sql, realm, NEW_DEVICE_MAIL, { to: email.typed, userId, language, data });
  };
}
