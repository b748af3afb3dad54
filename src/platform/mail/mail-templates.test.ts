import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FEATURES } from '../../app/features.js';
import { MailTemplates } from './mail-templates.js';
import { mailType } from './mail-type.js';

const HELLO = mailType('hello', {
  en: 'Subject: Hello {{ name }}\n\nDear {{ name }},\nhow are you?\n\n[Fine]({{ link }})\n',
  de: 'Subject: Hallo\n\nLieber {{ name }}\n',
  sample: { name: 'Ada', link: 'https://app.example.com/?a=1&b=2' },
});
const BRAND = { name: 'Example', color: '#2563eb', logo: '' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'authgraph-templates-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): string {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
  return join(folder, path);
}

describe('a mail', () => {
  const templates = new MailTemplates([HELLO], undefined);

  it('is text and HTML of one template', () => {
    const mail = templates.render(HELLO, 'en-GB', HELLO.sample, BRAND);
    expect(mail.subject).toBe('Hello Ada');
    expect(mail.text).toBe('Dear Ada, how are you?\n\nFine:\nhttps://app.example.com/?a=1&b=2\n');
    expect(mail.html).toContain('<p style="margin:0 0 16px;">Dear Ada, how are you?</p>');
    expect(mail.html).toContain('href="https://app.example.com/?a=1&amp;b=2"');
  });

  it('gets no header, paragraph or markup from a value', () => {
    const name = 'Eve\r\nBcc: all@example.com\n\n[Click](https://evil.example)<b>{{ link }}';
    const mail = templates.render(HELLO, 'en', { ...HELLO.sample, name }, BRAND);
    expect(mail.subject).not.toMatch(/[\r\n]/);
    expect(mail.html.match(/<a /g)).toHaveLength(2); // the button, and its address
    expect(mail.html).toContain('&lt;b&gt;{{ link }}');
  });

  it.each([
    ['de', 'Hallo'],
    ['DE-at', 'Hallo'],
    ['fr', 'Hello Ada'],
    [null, 'Hello Ada'],
  ])('for a reader of %s is in the nearest language', (language, subject) => {
    expect(templates.render(HELLO, language, HELLO.sample, BRAND).subject).toBe(subject);
  });
});

describe('the operator’s folder', () => {
  it('goes before what is built in, adds languages, and leaves the rest', () => {
    write('fr/hello.liquid', 'Subject: Bonjour\n\n{{ name }}\n');
    write('layout.liquid', '<i>{{ subject }}</i>');
    const templates = new MailTemplates([HELLO], folder);
    const subject = (language: string) =>
      templates.render(HELLO, language, HELLO.sample, BRAND).html;
    expect(subject('fr')).toBe('<i>Bonjour</i>');
    expect(subject('de')).toBe('<i>Hallo</i>');
  });

  it.each([
    ['an unknown name', 'Subject: x\n\n{{ nope }}', ':3: undefined variable: nope'],
    ['an unknown filter', 'Subject: x\n\n{{ name | nope }}', ':3: undefined filter: nope'],
    ['an open tag', 'Subject: x\n\n{% if link %}', ':3: tag {% if link %} not closed'],
    ['no subject', 'Hello', ':1: it must begin with "Subject: …" and an empty line'],
  ])('is refused with file and line for %s', (_what, text, problem) => {
    const file = write('de/hello.liquid', text);
    expect(() => new MailTemplates([HELLO], folder)).toThrow(`${file}${problem}`);
  });

  it('is refused with the file when there is no mail of its name', () => {
    const file = write('de/helo.liquid', 'Subject: x\n\ny');
    expect(() => new MailTemplates([HELLO], folder)).toThrow(`${file}:1: there is no mail`);
  });
});

it('every mail that comes with the service renders in every language', () => {
  const types = FEATURES.flatMap(({ mails }) => mails ?? []);
  expect(types.length).toBeGreaterThan(9);
  // With a folder, if an empty one, all are rendered with their samples.
  expect(new MailTemplates(types, folder).languages).toEqual(['en', 'de']);
});
