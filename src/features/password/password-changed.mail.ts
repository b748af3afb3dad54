import { mailType } from '../../platform/mail/mail-type.js';

/** To the owner, after the password was changed or reset: it may not have been them. */
export const PASSWORD_CHANGED_MAIL = mailType('password-changed', {
  en: `Subject: Your password was changed

The password of your {{ brand.name }} account {{ email }} was changed on
{{ at | date: "%-d %B %Y, %H:%M" }} UTC.

If that was you, there is nothing to do.

If it was not you, choose a new password at once: ask for a reset on the sign-in page.
`,
  de: `Subject: Dein Passwort wurde geändert

Das Passwort deines Kontos {{ email }} bei {{ brand.name }} wurde am
{{ at | date: "%d.%m.%Y um %H:%M" }} Uhr (UTC) geändert.

Wenn du das warst, ist nichts zu tun.

Wenn nicht, wähle sofort ein neues Passwort: Auf der Anmeldeseite kannst du es zurücksetzen.
`,
  sample: { email: 'ada@example.com', at: '2026-11-25T17:00:00.000Z' },
});
