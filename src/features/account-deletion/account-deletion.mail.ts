import { mailType } from '../../platform/mail/mail-type.js';

export const ACCOUNT_DELETED_MAIL = mailType('account-deleted', {
  en: `Subject: Your account was deleted

Your {{ brand.name }} account {{ email }} was deleted, as you asked, with all that belonged to it.

If you did not want this, write to us at once.
`,
  de: `Subject: Dein Konto wurde gelöscht

Dein Konto {{ email }} bei {{ brand.name }} wurde wie gewünscht gelöscht, mit allem, was
dazugehört.

Wenn du das nicht wolltest, schreib uns sofort.
`,
  sample: { email: 'ada@example.com' },
});

export const DELETION_SCHEDULED_MAIL = mailType('deletion-scheduled', {
  en: `Subject: Your account will be deleted

Your {{ brand.name }} account {{ email }} will be deleted on {{ dueAt | date: "%-d %B %Y" }}, as
you asked.

Have you changed your mind? Sign in before that day, and everything stays as it is.

[Open {{ brand.name }}]({{ appUrl }})

If you did not ask for this, sign in and change your password.
`,
  de: `Subject: Dein Konto wird gelöscht

Dein Konto {{ email }} bei {{ brand.name }} wird wie gewünscht am {{ dueAt | date: "%d.%m.%Y" }}
gelöscht.

Du hast es dir anders überlegt? Melde dich vorher an, und alles bleibt, wie es ist.

[{{ brand.name }} öffnen]({{ appUrl }})

Wenn du das nicht wolltest, melde dich an und ändere dein Passwort.
`,
  sample: {
    email: 'ada@example.com',
    dueAt: '2026-12-25T17:00:00.000Z',
    appUrl: 'https://app.example.com',
  },
});
