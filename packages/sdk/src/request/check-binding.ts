import type { Session } from '../token/session.js';
import { hashOfToken, type Proof, proofError, verifyProof } from '../token/verify-proof.js';
import { headerOf, type RequestHeaders } from './request-token.js';

export interface BindingOptions {
  /**
   * What to ask of a token that is bound to a key (RFC 9449). `accept`, unless given: a proof that
   * comes with it must be right. `require`: one must come, so that a stolen token alone is worth
   * nothing here.
   */
  readonly dpop?: 'accept' | 'require';
  /**
   * By what URLs clients call this server, such as `https://api.example.com`, or the gateway before
   * it, such as `https://gateway.example.com/graphql`: what a proof may name. An origin stands for
   * the path of each request. Needed for `require`; without it a proof's method and URL are not
   * compared.
   */
  readonly proofUrls?: readonly string[];
  /** Replaces how the proof of a request is read and checked, but for the token and key in it. */
  readonly readProof?: (headers: RequestHeaders) => Promise<Proof>;
  readonly now?: () => Date;
}

/** What was called. */
export interface RequestTarget {
  readonly method?: string | undefined;
  /** A path as node:http has it, or a whole URL. */
  readonly url?: string | undefined;
  /** The path that Express was called by; it shortens `url` to what stands behind a mount point. */
  readonly originalUrl?: string | undefined;
}

export type CheckBinding = (
  headers: RequestHeaders,
  token: string,
  session: Session,
  target: RequestTarget,
) => Promise<void>;

/** Makes the check of a token that is bound to a key. Rejects with a TokenError. */
export function bindingCheck(options: BindingOptions): CheckBinding {
  const { dpop = 'accept', proofUrls, now = () => new Date() } = options;
  const readProof = options.readProof ?? readOwn;

  return async (headers, token, { claims: { cnf } }, target) => {
    if (headerOf(headers, 'dpop') === undefined) {
      if (dpop === 'require') throw proofError('PROOF_MISSING');
      return;
    }
    const proof = await readProof(headers, target);
    if (proof.keyThumbprint !== cnf?.jkt) throw proofError('PROOF_KEY_MISMATCH');
    // A script cannot read the token in a cookie, so it cannot name it.
    const isCookie = headerOf(headers, 'authorization') === undefined;
    if (isCookie && proof.tokenHash === undefined) return;
    if (proof.tokenHash !== (await hashOfToken(token))) throw proofError('PROOF_TOKEN_MISMATCH');
  };

  function readOwn(headers: RequestHeaders, target: RequestTarget): Promise<Proof> {
    const urls = proofUrls?.map((known) => urlOfRequest(known, target));
    const method = proofUrls && target.method;
    return verifyProof(headerOf(headers, 'dpop') ?? '', { now: now(), method, urls });
  }
}

/** The URL that a client called under a known one: behind an origin comes the request's path. */
function urlOfRequest(known: string, { url, originalUrl = url }: RequestTarget): string {
  const { origin } = new URL(known);
  if (known !== origin || originalUrl === undefined) return known;
  const path = originalUrl.replace(/^https?:\/\/[^/?#]+/i, '');
  return `${origin}${path.startsWith('/') ? '' : '/'}${path}`;
}
