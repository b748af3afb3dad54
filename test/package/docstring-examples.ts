import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Example, missingIn } from './documented-examples.js';
import { ROOT, sourcesIn } from './packages.js';

/** A docstring without another one in it, with its example, before the function that it is for. */
const TEXT = String.raw`(?:(?!\*/)[\s\S])*?`;
const BLOCK = String.raw` \* ${'```'}(tsx?)\n(${TEXT}) \* ${'```'}\n`;
const DOCUMENTED = new RegExp(
  String.raw`/\*\*${TEXT}${BLOCK} \*/\nexport (?:async )?function (\w+)`,
  'g',
);

/** The examples in the docstrings of a package's functions, by `file#function`. */
export function docstringExamples(folder: string): Example[] {
  return sourcesIn(`${folder}/src`).flatMap((path) => {
    const file = `${folder}/src/${path}.ts`;
    return [...readFileSync(join(ROOT, file), 'utf8').matchAll(DOCUMENTED)].map(
      ([, language, block = '', name]) => {
        const code = block.replaceAll(/^ \* ?/gm, '');
        const extension = language === 'tsx' ? 'tsx' : 'ts';
        return { place: `${file}#${name}`, code, extension, missing: missingIn(code) };
      },
    );
  });
}
