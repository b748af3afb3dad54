import type { Realm } from '../../kernel/realm.js';
import type { MailTemplates } from '../../platform/mail/mail-templates.js';
import type { MailData, MailType } from '../../platform/mail/mail-type.js';
import type { RenderedMail } from '../../platform/mail/rendered-mail.js';
import { MAIL_SETTINGS } from './mail-settings.js';

/** Fills in templates. They, and what reads them, are loaded when the first mail is. */
export class Renderer {
  readonly #types: readonly MailType[];
  readonly #folder: string | undefined;
  #templates: Promise<MailTemplates> | undefined;

  constructor(types: readonly MailType[], folder: string | undefined) {
    this.#types = types;
    this.#folder = folder;
  }

  /** Rejects with a TemplateError when one is broken. */
  templates(): Promise<MailTemplates> {
    this.#templates ??= this.#load();
    return this.#templates;
  }

  /** With the realm's brand. */
  async render(
    realm: Realm,
    type: MailType,
    language: string | null,
    data: MailData,
  ): Promise<RenderedMail> {
    const { brandName: name, brandColor: color, brandLogo: logo = '' } = MAIL_SETTINGS.of(realm);
    return (await this.templates()).render(type, language, data, { name, color, logo });
  }

  async #load(): Promise<MailTemplates> {
    const { MailTemplates: Templates } = await import('../../platform/mail/mail-templates.js');
    return new Templates(this.#types, this.#folder);
  }
}
