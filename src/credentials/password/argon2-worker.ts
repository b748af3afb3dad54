// What the threads of the password hasher run.
import { hashSync, type Options, verifySync } from '@node-rs/argon2';

export interface HashTask {
  readonly password: string;
  readonly parameters: Options;
}

export interface VerifyTask {
  readonly password: string;
  /** PHC string. */
  readonly phc: string;
}

export function hash({ password, parameters }: HashTask): string {
  return hashSync(password, parameters);
}

export function verify({ password, phc }: VerifyTask): boolean {
  return verifySync(phc, password);
}
