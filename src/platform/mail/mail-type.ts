import type { LinkedPage } from './linked-page.js';

/** What a template may name: texts, and times as ISO 8601. */
export type MailData = Readonly<Record<string, string>>;

/** A mail that the service sends, with what it says unless an operator has other templates. */
export interface MailType<Data extends MailData = MailData> {
  /** Such as `password-reset`: what its template's file is called. */
  readonly name: string;
  /** The templates that it comes with, by language. */
  readonly templates: { readonly en: string; readonly de: string };
  /** Everything that a template of it may name: for previews, and for checks at the start. */
  readonly sample: Data;
  /** Where its link leads, if it has one. */
  readonly page?: LinkedPage | undefined;
}

/**
 * A template is `Subject: …`, an empty line, and paragraphs with empty lines between them. A
 * paragraph `[words]({{ link }})` is a button. `{{ name }}` and `{% if … %}` are Liquid.
 */
export function mailType<Data extends MailData>(
  name: string,
  { en, de, ...rest }: MailType<Data>['templates'] & Pick<MailType<Data>, 'sample' | 'page'>,
): MailType<Data> {
  return { name, templates: { en, de }, ...rest };
}
