import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './packages.js';

export interface CodeBlock {
  readonly document: string;
  /** Such as `docs/sdk.md:61`. */
  readonly place: string;
  /** Empty where the document names none. */
  readonly language: string;
  /** The heading that it stands under. */
  readonly section: string;
  readonly code: string;
}

const BLOCK = /^```(\w*)\n([\s\S]*?)^```$/gm;
const HEADING = /^#+ (.*)$/gm;

/** Every page that shows code. Decisions tell of their time. */
export const DOCUMENTS: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'packages/sdk/README.md',
  'packages/client/README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export function codeBlocksIn(document: string): CodeBlock[] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  return [...text.matchAll(BLOCK)].map(({ 1: language = '', 2: code = '', index }) => {
    const before = text.slice(0, index);
    const headings = [...before.replace(BLOCK, '').matchAll(HEADING)].map(
      ([, words = '']) => words,
    );
    return {
      document,
      place: `${document}:${before.split('\n').length}`,
      language,
      section: headings.at(-1) ?? '',
      code,
    };
  });
}

/** Lines that Markdown takes for code because they are indented; they belong between fences. */
export function indentedCodeIn(document: string): string[] {
  const text = readFileSync(join(ROOT, document), 'utf8').replace(BLOCK, '');
  return [...text.matchAll(/(?<=\n\n) {4}\S.*$/gm)].map(([line]) => line);
}

/** The code of the only block that a page, or a section of it, has in that language. */
export function codeOf(document: string, language: string, section?: string): string {
  const found = codeBlocksIn(document).filter(
    (block) => block.language === language && (section ?? block.section) === block.section,
  );
  const [block, ...more] = found;
  if (block === undefined || more.length > 0)
    throw new Error(`${document} has ${found.length} blocks of ${language}`);
  return block.code;
}
