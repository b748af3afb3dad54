/** A command that a page tells its reader to type. */
export interface ShellCommand {
  /** What is set for it alone, or from here on with `export`. */
  readonly settings: readonly string[];
  /** The program and its arguments; empty for an `export`. */
  readonly words: readonly string[];
}

const ASSIGNMENT = /^([A-Z]\w*)=/;

/** The commands of a block: one a line, or several with `&&` between them. */
export function shellCommandsIn(code: string): ShellCommand[] {
  return code
    .split('\n')
    .map((line) => line.replace(/\s+#\s.*$/, '').trim())
    .filter((line) => line !== '')
    .flatMap((line) => line.split(/\s+&&\s+/))
    .map((command) => {
      const words = command.replace(/^export\s+/, '').split(/\s+/);
      const from = words.findIndex((word) => !ASSIGNMENT.test(word));
      const assignments = from === -1 ? words : words.slice(0, from);
      return {
        settings: assignments.map((word) => ASSIGNMENT.exec(word)?.[1] ?? ''),
        words: from === -1 ? [] : words.slice(from),
      };
    });
}

/** What follows the name of our program, however it is called. */
export function argumentsOf(words: readonly string[]): readonly string[] | undefined {
  const text = words.join(' ');
  const called = /^(?:npx )?authgraph |^node dist\/src\/main\.js /.exec(text);
  return called === null ? undefined : text.slice(called[0].length).split(' ');
}

/** Those that change a database that is there, and come to an end. */
export function isForDatabase([command = '']: readonly string[]): boolean {
  return ['users', 'roles', 'realms'].includes(command);
}
