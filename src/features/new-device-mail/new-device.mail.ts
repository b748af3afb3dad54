import { mailType } from '../../platform/mail/mail-type.js';

/** To the owner, after a sign-in on a kind of device that they never used. */
export const NEW_DEVICE_MAIL = mailType('new-device', {
  en: `Subject: New sign-in to your account

Somebody signed in to your {{ brand.name }} account {{ email }} on a new device
{%- if device != "" %}, {{ device }}{% endif %}, on {{ at | date: "%-d %B %Y, %H:%M" }} UTC
{%- if ipAddress != "" %}, from the address {{ ipAddress }}{% endif %}.

If that was you, there is nothing to do.

If it was not you, change your password at once: that ends all other sessions.
`,
  de: `Subject: Neue Anmeldung bei deinem Konto

Jemand hat sich bei deinem Konto {{ email }} bei {{ brand.name }} auf einem neuen Gerät angemeldet
{%- if device != "" %}, {{ device | replace: " on ", " unter " }}{% endif %}, am
{{ at | date: "%d.%m.%Y um %H:%M" }} Uhr (UTC)
{%- if ipAddress != "" %}, von der Adresse {{ ipAddress }}{% endif %}.

Wenn du das warst, ist nichts zu tun.

Wenn nicht, ändere sofort dein Passwort: Das beendet alle anderen Sitzungen.
`,
  sample: {
    email: 'ada@example.com',
    at: '2026-11-25T17:00:00.000Z',
    device: 'Firefox on Linux',
    ipAddress: '192.0.2.7',
  },
});
