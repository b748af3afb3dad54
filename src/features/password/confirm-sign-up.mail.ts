import type { LinkedPage } from '../../platform/mail/linked-page.js';
import { mailType } from '../../platform/mail/mail-type.js';

/** Confirms the address of a sign-up, and of an account that there is. */
export const VERIFY_EMAIL_PAGE: LinkedPage = {
  name: 'verify-email',
  title: 'Confirm the address',
  mutation: `mutation ($token: String!) {
    answer: verifyEmail(token: $token) { __typename ... on Problem { message } } }`,
  asksForPassword: false,
};

/** With a link that makes the account. */
export const CONFIRM_SIGN_UP_MAIL = mailType('confirm-sign-up', {
  en: `Subject: Confirm your email address

Welcome to {{ brand.name }}. One step is left: confirm that {{ email }} is your address.

[Confirm my address]({{ link }})

The link works once, until {{ validUntil | date: "%-d %B %Y, %H:%M" }} UTC.

If you did not sign up, ignore this mail: without the link there is no account.
`,
  de: `Subject: Bestätige deine E-Mail-Adresse

Willkommen bei {{ brand.name }}. Ein Schritt fehlt noch: Bestätige, dass {{ email }} deine
Adresse ist.

[Adresse bestätigen]({{ link }})

Der Link gilt einmal, bis {{ validUntil | date: "%d.%m.%Y, %H:%M" }} Uhr (UTC).

Wenn du dich nicht registriert hast, ignoriere diese Mail: Ohne den Link entsteht kein Konto.
`,
  page: VERIFY_EMAIL_PAGE,
  sample: {
    email: 'ada@example.com',
    link: 'https://app.example.com/verify-email?token=ag_ot_example',
    validUntil: '2026-11-26T17:00:00.000Z',
  },
});

/** To the owner of an account, when somebody signs up with its address. */
export const ACCOUNT_EXISTS_MAIL = mailType('account-exists', {
  en: `Subject: You have an account already

Somebody, probably you, tried to sign up at {{ brand.name }} with {{ email }}. This address has
an account already: sign in instead.

[Open {{ brand.name }}]({{ appUrl }})

If you have forgotten your password, ask for a new one on the sign-in page. If it was not you,
there is nothing to do.
`,
  de: `Subject: Du hast schon ein Konto

Jemand, vermutlich du, wollte sich mit {{ email }} bei {{ brand.name }} registrieren. Zu dieser
Adresse gibt es schon ein Konto: Melde dich einfach an.

[{{ brand.name }} öffnen]({{ appUrl }})

Wenn du dein Passwort vergessen hast, setze es auf der Anmeldeseite zurück. Wenn du das nicht
warst, ist nichts zu tun.
`,
  sample: { email: 'ada@example.com', appUrl: 'https://app.example.com' },
});
