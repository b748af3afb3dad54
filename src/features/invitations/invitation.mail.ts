import type { LinkedPage } from '../../platform/mail/linked-page.js';
import { mailType } from '../../platform/mail/mail-type.js';

export const ACCEPT_INVITATION_PAGE: LinkedPage = {
  name: 'accept-invitation',
  title: 'Choose a password',
  mutation: `mutation ($token: String!, $password: String!) {
    answer: acceptInvitation(input: { token: $token, password: $password }) {
      __typename ... on Problem { message } ... on WeakPassword { reasons } } }`,
  asksForPassword: true,
};

export const INVITATION_MAIL = mailType('invitation', {
  en: `Subject: You are invited to {{ brand.name }}

There is an account for {{ email }} at {{ brand.name }}. Choose a password, and you are in.

[Accept the invitation]({{ link }})

The link works once, until {{ validUntil | date: "%-d %B %Y, %H:%M" }} UTC.

If you did not expect this, ignore this mail.
`,
  de: `Subject: Du bist zu {{ brand.name }} eingeladen

Bei {{ brand.name }} gibt es ein Konto für {{ email }}. Wähle ein Passwort, und du bist dabei.

[Einladung annehmen]({{ link }})

Der Link gilt einmal, bis {{ validUntil | date: "%d.%m.%Y, %H:%M" }} Uhr (UTC).

Wenn du damit nichts anfangen kannst, ignoriere diese Mail.
`,
  page: ACCEPT_INVITATION_PAGE,
  sample: {
    email: 'ada@example.com',
    link: 'https://app.example.com/accept-invitation?token=ag_ot_example',
    validUntil: '2026-12-02T17:00:00.000Z',
  },
});
