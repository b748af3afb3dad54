import { createTransport } from 'nodemailer';
import { MailRejected, type MailTransport } from './mail-transport.js';

const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

/** Sends by SMTP, over a few connections that stay open for a while. */
export function smtpTransport(url: string): MailTransport {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url);
  const secure = protocol === 'smtps:';
  const transport = createTransport({
    ...TIMEOUTS,
    pool: true,
    maxConnections: 2,
    host: hostname,
    port: Number(port || (secure ? 465 : 587)),
    secure,
    requireTLS: searchParams.get('starttls') === 'required',
    ...(username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
  });
  return {
    async send(mail) {
      try {
        await transport.sendMail({ ...mail, headers: { 'Auto-Submitted': 'auto-generated' } });
      } catch (error) {
        throw isFinal(error) ? new MailRejected(messageOf(error), { cause: error }) : error;
      }
    },
    close: () => transport.close(),
  };
}

/** The server refused the addresses or the mail itself, and said that this is for good. */
function isFinal(error: unknown): boolean {
  // nodemailer's fields
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  const aboutThisMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  return aboutThisMail && typeof responseCode === 'number' && responseCode >= 500;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
