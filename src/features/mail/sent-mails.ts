import type { Clock } from '../../kernel/clock.js';
import type { OutgoingMail } from '../../platform/mail/mail-transport.js';

/** A mail that a developer may look at. */
export interface SentMail extends OutgoingMail {
  readonly at: Date;
}

const MOST_KEPT = 100;

/** What was sent lately, for the page that a developer looks at. */
export class SentMails {
  readonly #clock: Clock;
  readonly #mails: SentMail[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Newest first. */
  list(): readonly SentMail[] {
    return this.#mails.toReversed();
  }

  add(mail: OutgoingMail): void {
    this.#mails.push({ ...mail, at: this.#clock.now() });
    if (this.#mails.length > MOST_KEPT) this.#mails.shift();
  }
}
