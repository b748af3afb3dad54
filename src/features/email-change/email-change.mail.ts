import type { LinkedPage } from '../../platform/mail/linked-page.js';
import { mailType } from '../../platform/mail/mail-type.js';

export const CONFIRM_EMAIL_CHANGE_PAGE: LinkedPage = {
  name: 'confirm-email-change',
  title: 'Confirm the new address',
  mutation: `mutation ($token: String!) {
    answer: confirmEmailChange(token: $token) { __typename ... on Problem { message } } }`,
  asksForPassword: false,
};

/** To the new address, with the link. */
export const EMAIL_CHANGE_MAIL = mailType('email-change', {
  en: `Subject: Confirm your new email address

Please confirm that {{ email }} should be the new address of your {{ brand.name }} account.

[Use this address]({{ link }})

The link works once, until {{ validUntil | date: "%-d %B %Y, %H:%M" }} UTC.

If you did not ask for this, ignore this mail.
`,
  de: `Subject: Bestätige deine neue E-Mail-Adresse

Bitte bestätige, dass {{ email }} die neue Adresse deines Kontos bei {{ brand.name }} werden soll.

[Diese Adresse verwenden]({{ link }})

Der Link gilt einmal, bis {{ validUntil | date: "%d.%m.%Y, %H:%M" }} Uhr (UTC).

Wenn du das nicht wolltest, ignoriere diese Mail.
`,
  page: CONFIRM_EMAIL_CHANGE_PAGE,
  sample: {
    email: 'ada@example.org',
    link: 'https://app.example.com/confirm-email-change?token=ag_ot_example',
    validUntil: '2026-11-26T17:00:00.000Z',
  },
});

/** To the old address, when somebody asks for another one. */
export const EMAIL_CHANGE_REQUESTED_MAIL = mailType('email-change-requested', {
  en: `Subject: Your email address is about to change

Somebody who knows your password asked to change the address of your {{ brand.name }} account
from {{ email }} to {{ newEmail }}. It changes as soon as the new address is confirmed.

If that was you, there is nothing to do here.

If it was not you, change your password at once: that stops it.
`,
  de: `Subject: Deine E-Mail-Adresse soll geändert werden

Jemand, der dein Passwort kennt, möchte die Adresse deines Kontos bei {{ brand.name }} von
{{ email }} in {{ newEmail }} ändern. Das geschieht, sobald die neue Adresse bestätigt ist.

Wenn du das warst, ist hier nichts zu tun.

Wenn nicht, ändere sofort dein Passwort: Damit ist es aufgehalten.
`,
  sample: { email: 'ada@example.com', newEmail: 'ada@example.org' },
});

/** To the old address, afterwards. */
export const EMAIL_CHANGED_MAIL = mailType('email-changed', {
  en: `Subject: Your email address was changed

Your {{ brand.name }} account has another address now: {{ newEmail }} instead of {{ email }}.

If you did not want this, write to us at once.
`,
  de: `Subject: Deine E-Mail-Adresse wurde geändert

Dein Konto bei {{ brand.name }} hat jetzt eine andere Adresse: {{ newEmail }} statt {{ email }}.

Wenn du das nicht wolltest, schreib uns sofort.
`,
  sample: { email: 'ada@example.com', newEmail: 'ada@example.org' },
});
