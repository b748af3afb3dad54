import { feature } from '../../platform/feature.js';
import { deliverMail } from './deliver-mail.js';
import { developmentPage, isLocal } from './development-page.js';
import { lazyTransport } from './lazy-transport.js';
import { linkPages } from './link-pages.js';
import { MAIL_SETTINGS } from './mail-settings.js';
import { Mails } from './mails.js';
import { Renderer } from './renderer.js';
import { SentMails } from './sent-mails.js';

export { mailingJob } from './mailing-job.js';
export type { Mails } from './mails.js';

/** Mails: written with the flow that they are about, sent after the answer. */
export const mail = feature({
  name: 'mail',
  settings: MAIL_SETTINGS,
  create(platform) {
    const { clock, log, jobs, allMails: types } = platform;
    const { production, issuer, smtpUrl, templates } = platform.process;
    const renderer = new Renderer(types, templates);
    // Whoever reads them could be anybody: a public service that forgot NODE_ENV shows none.
    const isPrivate = !production && isLocal(new URL(issuer).hostname);
    const sent = isPrivate ? new SentMails(clock) : undefined;
    const transport = lazyTransport(smtpUrl, sent, log);
    const deliver = deliverMail({ clock, log, types, renderer, transport });
    return {
      parts: { mails: new Mails(jobs), renderer },
      jobs: [deliver],
      routes: sent === undefined ? [] : [developmentPage(sent), ...linkPages(types)],
      stop: () => transport.close(),
    };
  },
});
