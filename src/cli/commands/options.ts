import { InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../../kernel/duration.js';
import { DEFAULT_REALM } from '../../kernel/realm.js';
import type { ExitCode } from '../exit-codes.js';
import type { Environment } from '../set-up.js';

/** What the program hands to those who add commands to it. */
export interface CommandsDeps {
  readonly env: Environment;
  readonly end: (command: Promise<ExitCode>) => Promise<void>;
}

export const JSON_FLAG = ['--json', 'print JSON'] as const;
/** Of commands that print many things. */
export const JSON_LINES_FLAG = ['--json', 'print one JSON object a line'] as const;
/** Of commands that destroy something. */
export const YES_FLAG = ['--yes', 'do not ask'] as const;

export function realmOption(): Option {
  return new Option('--realm <id>', 'the realm').default(DEFAULT_REALM);
}

/** In seconds. */
export function readDuration(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined)
    throw new InvalidArgumentError('It must be a duration such as 30m, 12h or 30d.');
  return seconds;
}

export function readList(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}
