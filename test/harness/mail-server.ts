import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { freePort } from './servers.js';
import { until } from './until.js';

/** A mail as it arrived. */
export interface ReceivedMail {
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
}

/** A real SMTP server, which keeps what it receives. */
export interface MailServer extends AsyncDisposable {
  /** For SMTP_URL. */
  readonly url: string;
  readonly mails: readonly ReceivedMail[];
  /** Waits for the next mail to an address beyond the first `seen`. */
  mailTo(address: string, seen?: number): Promise<ReceivedMail>;
  mailsTo(address: string): readonly ReceivedMail[];
  start(): Promise<void>;
  /** Connections are refused from now on. */
  stop(): Promise<void>;
}

const ARRIVES_MS = 20_000;
/** Whoever writes to it is refused for good. */
const REFUSED = 'refused@example.com';

export async function startMailServer(): Promise<MailServer> {
  const port = await freePort();
  const mails: ReceivedMail[] = [];
  let server: SMTPServer | undefined;
  const mailsTo = (address: string) => mails.filter(({ to }) => to === address);
  const stop = async () => {
    const stopping = server;
    server = undefined;
    if (stopping !== undefined) await new Promise<void>((done) => stopping.close(done));
  };
  const start = async () => {
    server = new SMTPServer({
      authOptional: true,
      onAuth: ({ username }, _session, done) => done(null, { user: username }),
      disabledCommands: ['STARTTLS'],
      onRcptTo: ({ address }, _session, done) =>
        done(
          address === REFUSED
            ? Object.assign(new Error('no such box'), { responseCode: 550 })
            : null,
        ),
      onData: (stream, _session, done) => {
        simpleParser(stream).then((mail) => {
          mails.push(received(mail));
          done();
        }, done);
      },
    });
    server.on('error', () => {}); // a client that goes away
    const listening = server;
    await new Promise<void>((resolve) => listening.listen(port, '127.0.0.1', resolve));
  };
  await start();
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    mailsTo,
    async mailTo(address, seen = 0) {
      await until(() => mailsTo(address).length > seen, ARRIVES_MS, `a mail to ${address}`);
      const mail = mailsTo(address)[seen];
      if (mail === undefined) throw new Error('no mail');
      return mail;
    },
    start,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The link in a mail's text, and the token that it carries. */
export function linkIn({ text }: ReceivedMail): { url: URL; token: string } {
  const [link = ''] = /https?:\/\/[^\s\]]+/.exec(text) ?? [];
  const url = new URL(link);
  return { url, token: url.searchParams.get('token') ?? '' };
}

function received({ to, from, subject, text, html, messageId }: ParsedMail): ReceivedMail {
  const [recipient] = [to].flat();
  return {
    to: recipient?.value[0]?.address ?? '',
    from: from?.text ?? '',
    subject: subject ?? '',
    text: text ?? '',
    html: typeof html === 'string' ? html : '',
    messageId: messageId ?? '',
  };
}
