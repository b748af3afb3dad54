import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { median } from './rounds.mjs';

/**
 * One line of the table. `ours` and `theirs` hold one value a round; the table shows the medians.
 * @typedef {{ what: string, unit: string, ours: number[], theirs?: number[], comparedWith?: string,
 * ratio?: number,   aim?: { atLeast: number } | { under: number } }} Row `atLeast` is about the
 * ratio, `under` about the value
 */

const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));
const HEADINGS = ['what', 'authgraph', 'compared with', '', 'ratio', 'aim', ''];

/** @param {readonly Row[]} rows */
export function table(rows) {
  const lines = [HEADINGS, ...rows.map(cells)];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [text[0], '─'.repeat(Math.max(...text.map((line) => line.length))), ...text.slice(1)].join(
    '\n',
  );
}

/** @param {Row} row */
function cells(row) {
  const { what, unit, ours, theirs, comparedWith, ratio } = row;
  return [
    what,
    `${number(median(ours))} ${unit}`,
    theirs ? `${number(median(theirs))} ${unit}` : '',
    comparedWith ?? '',
    ratio === undefined ? '' : number(ratio),
    aimText(row),
    verdict(row),
  ];
}

/** @param {Row} row */
function aimText({ aim, unit }) {
  if (aim === undefined) return '';
  return 'under' in aim ? `under ${aim.under} ${unit}` : `at least ${aim.atLeast}`;
}

/** @param {Row} row */
function verdict({ aim, ours, ratio }) {
  if (aim === undefined) return '';
  const met =
    'under' in aim ? median(ours) < aim.under : ratio !== undefined && ratio >= aim.atLeast;
  return met ? 'met' : 'MISSED';
}

/** @param {number} value */
function number(value) {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

/**
 * Writes everything that was measured, and where, to a file; resolves to its path.
 * @param {{ database: string, rounds: number, seconds: number, results: { name: string, rows?:
 * Row[], error?: string }[] }} run
 */
export function writeResults(run) {
  const at = new Date().toISOString();
  const machine = {
    cpus: cpus().map(({ model }) => model),
    memoryGiB: totalmem() / 2 ** 30,
    load: loadavg(),
    node: process.version,
  };
  mkdirSync(RESULTS, { recursive: true });
  const path = `${RESULTS}${at.replaceAll(':', '-')}.json`;
  writeFileSync(path, `${JSON.stringify({ at, commit: commit(), machine, ...run }, null, 2)}\n`);
  return path;
}

function commit() {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined; // not a clone
  }
}
