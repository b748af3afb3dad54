import { type Challenge, createChallenge, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { z } from 'zod';
import type { ChallengeRejection } from './challenge-errors.js';

/** What a challenge is good for, and until when. */
export interface ChallengeTerms {
  readonly realmId: string;
  readonly operation: string;
  readonly expiresAt: Date;
}

/** A challenge that was solved: `id` names it. */
export interface SolvedChallenge {
  readonly id: string;
  readonly expiresAt: Date;
}

/** One attempt of 256 fits on average; making a challenge costs two MACs, checking one attempt. */
const KEY_PREFIX = '00';
const LONGEST_SOLUTION = 4_096;

const ANSWER = z.object({
  challenge: z.object({
    parameters: z.looseObject({
      data: z.object({ realm: z.string(), operation: z.string(), expiresAt: z.number() }),
    }),
    signature: z.string(),
  }),
  solution: z.object({ counter: z.number(), derivedKey: z.string() }),
});

/**
 * ALTCHA's proof of work, version 2, with PBKDF2. Its time is in `data`: the library compares its
 * own with the process's clock, and what decides here is the database's.
 *
 * @param secrets newest first; the newest signs, all of them verify.
 */
export function altcha(secrets: readonly string[]) {
  const [newest = ''] = secrets;
  return {
    make(cost: number, { realmId, operation, expiresAt }: ChallengeTerms): Promise<Challenge> {
      return createChallenge({
        algorithm: 'PBKDF2/SHA-256',
        cost,
        keyPrefix: KEY_PREFIX,
        deriveKey,
        data: { realm: realmId, operation, expiresAt: Math.floor(expiresAt.getTime() / 1_000) },
        hmacSignatureSecret: newest,
      });
    },

    async check(
      text: string,
      { realmId, operation }: Omit<ChallengeTerms, 'expiresAt'>,
      now: Date,
    ): Promise<SolvedChallenge | Exclude<ChallengeRejection, 'MISSING' | 'USED'>> {
      const answer = read(text);
      if (answer === undefined) return 'INVALID';
      const { challenge, solution } = answer;
      const { data } = challenge.parameters;
      if (data.realm !== realmId || data.operation !== operation) return 'INVALID';
      const expiresAt = new Date(data.expiresAt * 1_000);
      if (!(expiresAt > now)) return 'EXPIRED';
      for (const hmacSignatureSecret of secrets) {
        // The library derives nothing before the signature says that it made these parameters.
        const signed = challenge as unknown as Challenge;
        const options = { challenge: signed, solution, deriveKey, hmacSignatureSecret };
        if ((await verifySolution(options)).verified) return { id: challenge.signature, expiresAt };
      }
      return 'INVALID';
    },
  };
}

function read(text: string): z.output<typeof ANSWER> | undefined {
  if (text.length > LONGEST_SOLUTION) return undefined;
  try {
    return ANSWER.safeParse(JSON.parse(Buffer.from(text, 'base64').toString())).data;
  } catch {
    return undefined;
  }
}
