import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { jobType } from '../../platform/jobs/job-type.js';
import type { Jobs } from '../../platform/jobs/jobs.js';
import type { LinkedPage } from '../../platform/mail/linked-page.js';
import type { MailData, MailType } from '../../platform/mail/mail-type.js';
import { MAIL_SETTINGS } from './mail-settings.js';

/** To whom a mail goes, and what it says. */
export interface Addressed<Data extends MailData> {
  readonly to: string;
  /** Whom it is about; null where that is nobody yet. */
  readonly userId: string | null;
  /** A language tag; English where there is none, or no template in it. */
  readonly language: string | null;
  readonly data: Data;
  /** After this time it is of no use, and is not sent. */
  readonly validUntil?: Date;
}

/** A mail that waits to be sent. */
export interface WaitingMail extends Omit<Addressed<MailData>, 'validUntil'> {
  readonly mail: string;
  readonly validUntil: string | null;
}

export const SEND_MAIL = jobType<WaitingMail>('mail.send', 'Sends a mail');

/** Undoes the transaction of a job that was done already. */
export class SentBefore extends Error {
  override readonly name = 'SentBefore';
}

/** Sends mails, after the flow that they are about is committed. */
export class Mails {
  readonly #jobs: Jobs;

  constructor(jobs: Jobs) {
    this.#jobs = jobs;
  }

  /** With the flow: sent once it is committed. */
  async send<Data extends MailData>(
    sql: SqlExecutor,
    realm: Realm,
    type: MailType<Data>,
    addressed: Addressed<Data>,
  ): Promise<void> {
    await this.#jobs.send(sql, realm, SEND_MAIL, waiting(type, addressed));
  }

  /** The same under an id. Rejects with SentBefore when there was a mail of that id. */
  async sendOnce<Data extends MailData>(
    sql: SqlExecutor,
    realm: Realm,
    id: string,
    type: MailType<Data>,
    addressed: Addressed<Data>,
  ): Promise<void> {
    const isNew = await this.#jobs.send(sql, realm, SEND_MAIL, waiting(type, addressed), { id });
    if (!isNew) throw new SentBefore('this mail has been sent before');
  }

  /** Where a token is of use: a page at the configured URL, whatever the request said. */
  link(realm: Realm, { name }: LinkedPage, token: string): string {
    return `${this.appUrl(realm)}/${name}?token=${encodeURIComponent(token)}`;
  }

  /** The frontend; in development, where none is configured, the service itself. */
  appUrl(realm: Realm): string {
    return MAIL_SETTINGS.of(realm).appUrl ?? realm.issuer;
  }
}

function waiting<Data extends MailData>(
  { name: mail }: MailType<Data>,
  { validUntil, ...addressed }: Addressed<Data>,
): WaitingMail {
  return { ...addressed, mail, validUntil: validUntil?.toISOString() ?? null };
}
