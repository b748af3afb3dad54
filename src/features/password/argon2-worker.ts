// What the threads of the password hasher run.
import { hashSync, type Options, verifySync } from '@node-rs/argon2';

/** With a PHC string the password is verified against it, without one it is hashed. */
export interface HashTask {
  readonly password: string;
  readonly phc?: string;
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
  return tasks.map(({ password, phc }) => {
    try {
      return phc === undefined ? hashSync(password, parameters) : verifySync(phc, password);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  });
}
