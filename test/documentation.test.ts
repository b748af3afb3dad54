import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './package/packages.js';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'packages/sdk/README.md',
  'packages/client/README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
/** What a page shows as code is no link and no file of ours. */
const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '');
const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');

describe('the documentation', () => {
  it.each(pages)('%s links only to files that exist', (page) => {
    const targets = [...withoutCode(read(page)).matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)].map(
      ([, to]) => to,
    );
    const gone = targets.filter((to = '') => !existsSync(join(ROOT, dirname(page), to)));
    expect(gone).toEqual([]);
  });

  it('has a first page that leads to every other one', () => {
    const others = pages.filter((page) => /^docs\/(?!README)[\w-]+\.md$/.test(page));
    const first = read('docs/README.md');
    expect(others.filter((page) => !first.includes(`](${page.slice(5)})`))).toEqual([]);
  });

  // What is superseded speaks of its time.
  const current = pages.filter((page) => !/^Superseded by/m.test(read(page)));
  it.each(current)('%s names only files of ours that exist', (page) => {
    const named = [...read(page).matchAll(/`((?:src|packages|test|bench|examples)\/[\w./-]+)`/g)];
    // Programs in other languages have files of their own.
    const ours = named.filter(([, path = '']) => !/\.(?:java|rs)$/.test(path));
    const gone = ours.filter(([, path = '']) => !existsSync(join(ROOT, path)));
    expect(gone.map(([, path]) => path)).toEqual([]);
  });

  it('walks through the code in order, and comes by no file twice', () => {
    const walks = read('docs/architecture.md').split(/^## /m).slice(1);
    expect(walks).toHaveLength(5);
    for (const walk of walks) {
      const steps = [...walk.matchAll(/^(\d+)\. \[`([^`]+)`\]\(\.\.\/([^)]+)\)/gm)];
      const numbers = steps.map(([, number]) => Number(number));
      expect(numbers).toEqual(Array.from({ length: steps.length }, (_, index) => index + 1));
      expect(steps.length).toBeGreaterThan(8);
      expect(steps.map(([, , shown]) => shown)).toEqual(steps.map(([, , , target]) => target));
      expect(new Set(steps.map(([, , shown]) => shown)).size).toBe(steps.length);
    }
  });

  it('lists every decision once, in order', () => {
    const files = readdirSync(join(ROOT, 'docs/decisions')).filter((name) => /^\d/.test(name));
    const listed = [...read('docs/decisions/README.md').matchAll(/^(\d+)\. .*\((.*)\)$/gm)];
    expect(listed.map(([, , file]) => file)).toEqual(files.toSorted());
    for (const [, number, file] of listed) expect(file).toMatch(`${number}`.padStart(4, '0'));
  });
});
