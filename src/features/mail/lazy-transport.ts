import type { Log } from '../../kernel/log.js';
import type { MailTransport } from '../../platform/mail/mail-transport.js';
import type { SentMails } from './sent-mails.js';

/**
 * Sends by SMTP, with a library that is loaded for the first mail; on a developer's machine the
 * mails can be looked at, too (`sent`), and there need be no server. Elsewhere they wait for one.
 */
export function lazyTransport(
  smtpUrl: string | undefined,
  sent: SentMails | undefined,
  log: Log,
): MailTransport {
  let smtp: Promise<MailTransport> | undefined;
  return {
    async send(mail) {
      if (smtpUrl !== undefined) {
        smtp ??= openSmtp(smtpUrl);
        await (await smtp).send(mail);
      } else if (sent === undefined) {
        throw new Error('SMTP_URL is not set');
      } else {
        log.info({ to: mail.to, subject: mail.subject }, 'A mail: open /mails in a browser');
      }
      sent?.add(mail);
    },
    close() {
      void smtp?.then((transport) => transport.close());
    },
  };
}

async function openSmtp(url: string): Promise<MailTransport> {
  return (await import('../../platform/mail/smtp-transport.js')).smtpTransport(url);
}
