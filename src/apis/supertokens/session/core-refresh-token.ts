import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Realm } from '../../../kernel/realm.js';
import type { Seal } from '../../../kernel/secrets.js';

/** What a refresh token holds. It is sealed: only this service reads or makes one. */
export interface CoreRefreshToken {
  readonly sessionHandle: string;
  /** Absent in the first of a session. */
  readonly parentRefreshTokenHash1?: string | undefined;
  readonly antiCsrfToken?: string | undefined;
}

const CONTENT = z.object({
  sessionHandle: z.string(),
  parentRefreshTokenHash1: z.string().optional(),
  antiCsrfToken: z.string().optional(),
});
const VERSION = '.V2';

export class CoreRefreshTokens {
  readonly #seal: Seal;

  constructor(seal: Seal) {
    this.#seal = seal;
  }

  write(realm: Realm, token: CoreRefreshToken): string {
    const box = this.#seal.seal(JSON.stringify(token), contextOf(realm));
    return `${box.toString('base64url')}${VERSION}`;
  }

  /** Undefined for what this service did not make for this app. */
  read(realm: Realm, text: string): CoreRefreshToken | undefined {
    if (!text.endsWith(VERSION)) return undefined;
    const encoded = text.slice(0, -VERSION.length);
    const box = Buffer.from(encoded, 'base64url');
    // Only the one spelling: the hash of the text is what is stored.
    if (box.toString('base64url') !== encoded) return undefined;
    try {
      return parseContent(this.#seal.open(box, contextOf(realm)));
    } catch {
      return undefined;
    }
  }
}

/** Throws when it is none. */
export function parseContent(json: string): CoreRefreshToken {
  return CONTENT.parse(JSON.parse(json));
}

function contextOf(realm: Realm): string {
  return `supertokens-refresh-token:${realm.id}`;
}

/** In hexadecimal. Access tokens hold a refresh token's hash, the database the hash of that. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
