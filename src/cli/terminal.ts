import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { CommandFailed } from './exit-codes.js';

/** To standard output, which scripts read. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** To standard error, for the person who waits. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Asks for a password without showing it; reads all of standard input when that is no terminal. */
export async function readPassword(): Promise<string> {
  if (!process.stdin.isTTY) return (await readAll(process.stdin)).replace(/\r?\n$/, '');
  process.stderr.write('Password (not shown): ');
  const password = await ask('', new Writable({ write: (_chunk, _encoding, done) => done() }));
  say('');
  return password;
}

/** True when a person at a terminal answers "yes". */
export async function confirm(question: string): Promise<boolean> {
  return process.stdin.isTTY && (await ask(question, process.stderr)) === 'yes';
}

/**
 * Reads a line from the terminal; what is typed is echoed to `echo`. Fails on Ctrl-C and Ctrl-D.
 */
async function ask(question: string, echo: NodeJS.WritableStream): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: echo, terminal: true });
  // without it the question of a closed terminal would stay open for ever
  const closed = new AbortController();
  terminal.once('close', () => closed.abort());
  try {
    return await terminal.question(question, { signal: closed.signal });
  } catch (error) {
    say('');
    throw closed.signal.aborted ? new CommandFailed('Not done.') : error;
  } finally {
    terminal.close();
  }
}
