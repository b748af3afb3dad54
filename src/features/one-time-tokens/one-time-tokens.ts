import { createHash } from 'node:crypto';
import { AuthError } from '../../kernel/auth-error.js';
import { addSeconds, type Clock } from '../../kernel/clock.js';
import type { Randomness } from '../../kernel/randomness.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import {
  expireAllTokens,
  expireTokens,
  findToken,
  insertToken,
  lockTokens,
  spendToken,
} from './one-time-token.store.js';
import type { TokenRejection } from './token-errors.js';
import type { TokenPurpose } from './token-purpose.js';

const PREFIX = 'ag_ot_';
/** 256 bits: nobody guesses one, so a fast hash is enough to store it by. */
const SIZE = 32;
const FORM = /^ag_ot_[A-Za-z0-9_-]{43}$/;

export interface OneTimeTokensDeps {
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** Whose a new token is, and what goes with it. */
export interface TokenFor<Data extends object> {
  readonly userId: string | null;
  /** The user's id unless given. */
  readonly subject?: string;
  readonly data: Data;
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/** A token that is good. */
export interface FoundToken<Data extends object> {
  readonly purpose: string;
  readonly userId: string | null;
  readonly data: Data;
}

/** Makes and spends the tokens of links in mails. Only their hashes are stored. */
export class OneTimeTokens {
  readonly #deps: OneTimeTokensDeps;

  constructor(deps: OneTimeTokensDeps) {
    this.#deps = deps;
  }

  /**
   * Call in a transaction: where a newer token replaces older ones, one of several at once is good
   * in the end.
   */
  async issue<Data extends object>(
    sql: SqlExecutor,
    realm: Realm,
    purpose: TokenPurpose<Data>,
    { userId, subject = userId ?? '', data }: TokenFor<Data>,
  ): Promise<IssuedToken> {
    const { clock, randomness } = this.#deps;
    const { name, ttl, replacesOlder } = purpose;
    const which = { subject, purpose: name };
    if (replacesOlder) await lockTokens(sql, realm, which);
    const createdAt = clock.now();
    if (replacesOlder) await expireTokens(sql, realm, which, createdAt);
    const token = `${PREFIX}${randomness(SIZE).toString('base64url')}`;
    const expiresAt = addSeconds(createdAt, ttl(realm));
    const facts = { purpose: name, subject, userId, data, createdAt, expiresAt };
    await insertToken(sql, realm, { hash: hashOf(token), ...facts });
    return { token, expiresAt };
  }

  /** Looks at a token without spending it. Rejects with TOKEN_REJECTED. */
  async find<Data extends object>(
    sql: SqlExecutor,
    realm: Realm,
    purposes: readonly TokenPurpose<Data>[],
    token: string,
  ): Promise<FoundToken<Data>> {
    if (!FORM.test(token)) throw rejected('MALFORMED');
    const found = await findToken(sql, realm, hashOf(token), this.#deps.clock.now());
    if (found === undefined || !purposes.some(({ name }) => name === found.purpose))
      throw rejected('MALFORMED');
    if (found.isUsed) throw rejected('USED');
    if (found.isExpired) throw rejected('EXPIRED');
    const { purpose, userId, data } = found;
    return { purpose, userId, data: data as Data }; // stored by `issue` for this purpose
  }

  /**
   * Spends a token, in the transaction of what it is for: of several at once one gets through.
   * Rejects with TOKEN_REJECTED.
   */
  async spend<Data extends object>(
    sql: SqlExecutor,
    realm: Realm,
    purposes: readonly TokenPurpose<Data>[],
    token: string,
  ): Promise<FoundToken<Data>> {
    const found = await this.find(sql, realm, purposes, token);
    const isSpent = await spendToken(sql, realm, hashOf(token), this.#deps.clock.now());
    if (!isSpent) throw rejected('USED');
    return found;
  }

  /** None of a user's links works any more. */
  expireAll(sql: SqlExecutor, realm: Realm, userId: string): Promise<void> {
    return expireAllTokens(sql, realm, userId, this.#deps.clock.now());
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

const MESSAGES: Readonly<Record<TokenRejection, string>> = {
  MALFORMED: 'This link is not complete, or not for this.',
  EXPIRED: 'This link is too old, or a newer one has been sent since. Ask for another one.',
  USED: 'This link has been used already.',
};

function rejected(reason: TokenRejection): AuthError<'TOKEN_REJECTED'> {
  return new AuthError('TOKEN_REJECTED', MESSAGES[reason], { reason });
}
