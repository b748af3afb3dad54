import type { LinkedPage } from '../../platform/mail/linked-page.js';
import { mailType } from '../../platform/mail/mail-type.js';

export const RESET_PASSWORD_PAGE: LinkedPage = {
  name: 'reset-password',
  title: 'Choose a new password',
  mutation: `mutation ($token: String!, $password: String!) {
    answer: resetPassword(input: { token: $token, newPassword: $password }) {
      __typename ... on Problem { message } ... on WeakPassword { reasons } } }`,
  asksForPassword: true,
};

export const PASSWORD_RESET_MAIL = mailType('password-reset', {
  en: `Subject: Choose a new password

Somebody, hopefully you, asked for a new password for your {{ brand.name }} account {{ email }}.

[Choose a new password]({{ link }})

The link works once, until {{ validUntil | date: "%-d %B %Y, %H:%M" }} UTC. With it you are
signed out everywhere, and sign in with the new password.

If that was not you, ignore this mail: your password stays as it is.
`,
  de: `Subject: Wähle ein neues Passwort

Jemand, hoffentlich du, hat ein neues Passwort für dein Konto {{ email }} bei {{ brand.name }}
angefordert.

[Neues Passwort wählen]({{ link }})

Der Link gilt einmal, bis {{ validUntil | date: "%d.%m.%Y, %H:%M" }} Uhr (UTC). Du wirst damit
überall abgemeldet und meldest dich mit dem neuen Passwort wieder an.

Wenn du das nicht warst, ignoriere diese Mail: Dein Passwort bleibt, wie es ist.
`,
  page: RESET_PASSWORD_PAGE,
  sample: {
    email: 'ada@example.com',
    link: 'https://app.example.com/reset-password?token=ag_ot_example',
    validUntil: '2026-11-25T18:00:00.000Z',
  },
});
