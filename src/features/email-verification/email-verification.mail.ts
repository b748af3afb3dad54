import { mailType } from '../../platform/mail/mail-type.js';
import { VERIFY_EMAIL_PAGE } from '../password/index.js';

export const VERIFY_EMAIL_MAIL = mailType('verify-email', {
  en: `Subject: Confirm your email address

Please confirm that {{ email }} is the address of your {{ brand.name }} account.

[Confirm my address]({{ link }})

The link works once, until {{ validUntil | date: "%-d %B %Y, %H:%M" }} UTC.

If you have no account at {{ brand.name }}, ignore this mail: somebody may have mistyped their
address.
`,
  de: `Subject: Bestätige deine E-Mail-Adresse

Bitte bestätige, dass {{ email }} die Adresse deines Kontos bei {{ brand.name }} ist.

[Adresse bestätigen]({{ link }})

Der Link gilt einmal, bis {{ validUntil | date: "%d.%m.%Y, %H:%M" }} Uhr (UTC).

Wenn du kein Konto bei {{ brand.name }} hast, ignoriere diese Mail: Jemand hat sich vermutlich
vertippt.
`,
  page: VERIFY_EMAIL_PAGE,
  sample: {
    email: 'ada@example.com',
    link: 'https://app.example.com/verify-email?token=ag_ot_example',
    validUntil: '2026-11-26T17:00:00.000Z',
  },
});
