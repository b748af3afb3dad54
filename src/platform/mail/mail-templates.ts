import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Liquid, type Template } from 'liquidjs';
import { chooseLanguage, FALLBACK_LANGUAGE } from './choose-language.policy.js';
import { LAYOUT } from './layout.js';
import type { MailData, MailType } from './mail-type.js';
import { type RenderedMail, readMail, textOf } from './rendered-mail.js';

/** Whose mail it is. */
export interface Brand {
  readonly name: string;
  /** A CSS colour. */
  readonly color: string;
  /** URL of an image; empty for the name instead. */
  readonly logo: string;
}

const EXTENSION = '.liquid';
/** Values are one line each, so that none can add a paragraph or a header. */
const CONTROL = /\p{C}+/gu;
const SAMPLE_BRAND: Brand = { name: 'Example', color: '#2563eb', logo: '' };

/** A template that cannot be used: the message names its file and line. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

interface Source {
  readonly file: string;
  readonly parsed: Template[];
}

/**
 * The templates of every mail: those that it comes with, and before them those of the operator's
 * folder, `<language>/<mail>.liquid` and `layout.liquid`.
 */
export class MailTemplates {
  readonly #plain = new Liquid({ strictVariables: true, strictFilters: true, timezoneOffset: 0 });
  readonly #html = new Liquid({
    strictVariables: true,
    strictFilters: true,
    timezoneOffset: 0,
    outputEscape: 'escape',
  });
  readonly #mails = new Map<string, Source>();
  readonly #languages = new Set<string>();
  readonly #layout: Source;

  /** Throws a TemplateError when one cannot be read or does not render with its sample. */
  constructor(types: readonly MailType[], folder: string | undefined) {
    for (const { name, templates } of types) {
      for (const [language, text] of Object.entries(templates)) {
        this.#add(language, name, `${language}/${name}${EXTENSION} (built in)`, text);
      }
    }
    this.#layout = parse(this.#html, 'layout.liquid (built in)', LAYOUT);
    if (folder === undefined) return;
    const layout = join(folder, `layout${EXTENSION}`);
    if (existsSync(layout)) this.#layout = parse(this.#html, layout, readFileSync(layout, 'utf8'));
    this.#read(folder, types);
    this.#check(types);
  }

  /** The languages that there are templates in. */
  get languages(): readonly string[] {
    return [...this.#languages];
  }

  /** In the wanted language, or the nearest that this mail has. */
  render(
    { name }: MailType,
    wanted: string | null,
    data: MailData,
    brand: Brand,
  ): RenderedMail & { readonly language: string } {
    const language = chooseLanguage(wanted, this.languages);
    const source =
      this.#mails.get(`${language}/${name}`) ?? this.#mails.get(`${FALLBACK_LANGUAGE}/${name}`);
    if (source === undefined) throw new TemplateError(`there is no template for the mail ${name}`);
    const values = Object.entries(data).map(([key, text]) => [key, text.replace(CONTROL, ' ')]);
    const filled = fill(this.#plain, source, { ...Object.fromEntries(values), brand });
    const mail = readMail(filled);
    if (mail === undefined) {
      throw new TemplateError(
        `${source.file}:1: it must begin with "Subject: …" and an empty line`,
      );
    }
    const { subject, blocks } = mail;
    const html = fill(this.#html, this.#layout, { subject, blocks, brand, language });
    return { subject, text: textOf(blocks), html, language };
  }

  #add(language: string, name: string, file: string, text: string): void {
    this.#languages.add(language);
    this.#mails.set(`${language}/${name}`, parse(this.#plain, file, text));
  }

  #read(folder: string, types: readonly MailType[]): void {
    const names = new Set(types.map(({ name }) => name));
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      for (const file of readdirSync(join(folder, entry.name))) {
        const path = join(folder, entry.name, file);
        const name = file.slice(0, -EXTENSION.length);
        if (!file.endsWith(EXTENSION) || !names.has(name)) {
          throw new TemplateError(`${path}:1: there is no mail of this name`);
        }
        this.#add(entry.name, name, path, readFileSync(path, 'utf8'));
      }
    }
  }

  #check(types: readonly MailType[]): void {
    for (const type of types)
      for (const language of this.#languages)
        this.render(type, language, type.sample, SAMPLE_BRAND);
  }
}

function parse(engine: Liquid, file: string, text: string): Source {
  return { file, parsed: naming(file, () => engine.parse(text)) };
}

function fill(engine: Liquid, { file, parsed }: Source, values: object): string {
  // renderSync's type is that of what a custom renderer may return; this one makes text.
  return naming(file, () => String(engine.renderSync(parsed, values)));
}

/** Liquid's errors carry the line; the file is ours. */
function naming<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateError || !(error instanceof Error)) throw error;
    const line = /line:(\d+)/.exec(error.message)?.[1] ?? '1';
    const [what = ''] = error.message.split('\n');
    throw new TemplateError(`${file}:${line}: ${what.replace(/, line:\d+, col:\d+.*$/, '')}`);
  }
}
