import type { RenderedMail } from './rendered-mail.js';

/** A mail as it goes out. */
export interface OutgoingMail extends RenderedMail {
  readonly from: string;
  readonly to: string;
  /** The same each time that it is tried: whoever gets it twice can tell. */
  readonly messageId: string;
}

/** What takes mails off our hands. */
export interface MailTransport {
  /**
   * Resolves once somebody else answers for the mail. Rejects with a MailRejected when it would
   * never be taken, with anything else when trying again may help.
   */
  send(mail: OutgoingMail): Promise<void>;
  close(): void;
}

/** The mail server does not take this mail, and never will. */
export class MailRejected extends Error {
  override readonly name = 'MailRejected';
}
