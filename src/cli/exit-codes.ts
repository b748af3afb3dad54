/** What scripts can rely on; 69 and 78 are the ones of sysexits(3). */
export const EXIT = { done: 0, failed: 1, usage: 2, unavailable: 69, settings: 78 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A failure that its message explains whole. */
export class CommandFailed extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}
