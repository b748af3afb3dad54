// What the threads of the password hasher run.
import { hashSync, type Options, verifySync } from '@node-rs/argon2';

/** With a PHC string the password is verified against it, without one it is hashed. */
export interface HashTask {
  readonly password: string;
  readonly phc?: string;
  /** What to compute beside a hash that is cheaper than usual. */
  readonly topUp?: Options;
}

export interface HashBatch {
  /** What new hashes are made with. */
  readonly parameters: Options;
  readonly tasks: readonly HashTask[];
}

/** A new PHC string, whether the password matched, or why neither could be had. */
export type HashOutcome = string | boolean | Error;

/** Each task's outcome, in their order: one that fails takes no other with it. */
export function runBatch({ parameters, tasks }: HashBatch): HashOutcome[] {
  return tasks.map(({ password, phc, topUp }) => {
    try {
      if (topUp !== undefined) hashSync(password, topUp);
      return phc === undefined ? hashSync(password, parameters) : verifySync(phc, password);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  });
}
