import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { Realm } from '../../kernel/realm.js';
import { type JobHandler, JobRefused, jobHandler } from '../../platform/jobs/workers.js';
import {
  MailRejected,
  type MailTransport,
  type OutgoingMail,
} from '../../platform/mail/mail-transport.js';
import type { MailType } from '../../platform/mail/mail-type.js';
import { MAIL_SETTINGS } from './mail-settings.js';
import { SEND_MAIL } from './mails.js';
import type { Renderer } from './renderer.js';

export interface DeliverMailDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly types: readonly MailType[];
  readonly renderer: Renderer;
  readonly transport: MailTransport;
}

/** The job that sends a mail. */
export function deliverMail({
  clock,
  log,
  types,
  renderer,
  transport,
}: DeliverMailDeps): JobHandler {
  return jobHandler(SEND_MAIL, async (waiting, { id, realm }) => {
    const { mail: name, userId, to, language, data, validUntil } = waiting;
    const type = types.find((each) => each.name === name);
    if (type === undefined) throw new JobRefused(`there is no mail "${name}"`);
    if (validUntil !== null && new Date(validUntil) <= clock.now()) {
      throw new JobRefused('its link has expired meanwhile');
    }
    const rendered = await renderer.render(realm, type, language, data);
    await post(transport, { ...rendered, ...addressing(realm, id), to });
    log.info({ realmId: realm.id, userId, mail: name, jobId: id }, 'Mail sent');
  });
}

async function post(transport: MailTransport, mail: OutgoingMail): Promise<void> {
  try {
    await transport.send(mail);
  } catch (error) {
    if (!(error instanceof MailRejected)) throw error;
    // Servers quote the address, which is in the sealed part only.
    throw new JobRefused(error.message.replaceAll(mail.to, 'the recipient'), { cause: error });
  }
}

/** A mail that is tried again is the same mail: its id comes from the job's. */
function addressing(realm: Realm, jobId: string): { from: string; messageId: string } {
  const { mailFrom: from } = MAIL_SETTINGS.of(realm);
  const host = from.slice(from.lastIndexOf('@') + 1).replace('>', '');
  return { from, messageId: `<${jobId}@${host}>` };
}
