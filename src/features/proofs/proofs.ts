import { type Proof, proofError, verifyProof } from '@authgraph/sdk';
import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Clock } from '../../kernel/clock.js';
import { type Realm, realmPath } from '../../kernel/realm.js';
import type { RequestContext } from '../../platform/graphql/context.js';
import type { SingleUse } from '../../platform/limits/single-use.js';
import type { ProcessFacts } from '../../platform/platform.js';
import { asProofFailure } from './proof-errors.js';
import type { ProofNonces } from './proof-nonces.js';
import { PROOF_SETTINGS } from './proof-settings.js';

export interface ProofsDeps {
  readonly clock: Clock;
  readonly nonces: ProofNonces;
  readonly used: SingleUse;
  readonly process: ProcessFacts;
}

/** The headers of one request: they name it, and are the same object wherever it is looked at. */
type Headers = object & { get(name: string): string | undefined };

/** Proofs of possession (RFC 9449): which key the sender of a request holds. */
export class Proofs {
  readonly #deps: ProofsDeps;
  readonly #requests = new WeakMap<object, () => Promise<Proof>>();

  constructor(deps: ProofsDeps) {
    this.#deps = deps;
  }

  /**
   * Puts the key that a request proves on its context as `proofKey`. Reading it throws where the
   * proof is not right, so that a bad one fails what would rely on it and nothing else.
   */
  async offer(context: RequestContext, headers: Headers, changes: boolean): Promise<void> {
    const { realm, message, response } = context;
    const text = headers.get('dpop');
    context.proofKey = null;
    if (text === undefined) return;
    const { dpop, dpopNonce } = PROOF_SETTINGS.of(realm);
    const { nonces, clock } = this.#deps;
    if (dpopNonce) response.setHeader('dpop-nonce', nonces.make(realm, clock.now()));
    const verified = memo(() => this.#verify(realm, text, message.method));
    const used = memo(async () => this.#use(realm, await verified(), changes));
    this.#requests.set(headers, used);
    if (dpop === 'off') return;
    try {
      context.proofKey = (await (changes ? used() : verified())).keyThumbprint;
    } catch (error) {
      refuse(context, asProofFailure(error));
    }
  }

  /** The proof of a request, used by this call. Rejects with a TokenError. */
  of(headers: object): Promise<Proof> {
    const proof = this.#requests.get(headers);
    if (proof === undefined) throw new Error('the proof of this request was not looked at');
    return proof();
  }

  /**
   * The key to bind a new session to; null for a bearer session. Throws INVALID_DPOP_PROOF where
   * the realm takes none of those.
   */
  bindingOf(realm: Realm, { proofKey = null }: Caller): string | null {
    if (proofKey === null && this.areRequired(realm)) {
      const { message } = proofError('PROOF_MISSING');
      throw new AuthError('INVALID_DPOP_PROOF', message, { reason: 'PROOF_MISSING' });
    }
    return proofKey;
  }

  areRequired(realm: Realm): boolean {
    return PROOF_SETTINGS.of(realm).dpop === 'required';
  }

  async #verify(realm: Realm, text: string, method: string | undefined): Promise<Proof> {
    const { clock, nonces } = this.#deps;
    const { dpopNonce, proofUrls } = PROOF_SETTINGS.of(realm);
    const now = clock.now();
    const urls = [...this.#ownUrls(realm), ...proofUrls];
    const proof = await verifyProof(text, { now, method, urls });
    if (dpopNonce && !nonces.accepts(realm, proof.nonce, now))
      throw proofError('PROOF_NONCE_REQUIRED', { hint: { nonce: nonces.make(realm, now) } });
    return proof;
  }

  /**
   * A gateway may ask several times for the one request that its client made. So a proof for a
   * gateway's URL is good for all that only read, and for one that changes something.
   */
  async #use(realm: Realm, proof: Proof, changes: boolean): Promise<Proof> {
    const { clock, used } = this.#deps;
    if (!changes && !this.#ownUrls(realm).includes(proof.url)) return proof;
    const { keyThumbprint, id, expiresAt } = proof;
    if (!(await used.use(realm, [keyThumbprint, id], expiresAt, clock.now())))
      throw proofError('PROOF_REPLAYED');
    return proof;
  }

  /** In development it does not matter by which name of this machine the client came. */
  #ownUrls({ id, issuer }: Realm): string[] {
    const { production, port } = this.#deps.process;
    const path = `${realmPath(id)}/graphql`;
    const hosts = production ? [] : ['localhost', '127.0.0.1'];
    return [`${issuer}/graphql`, ...hosts.map((host) => `http://${host}:${port}${path}`)];
  }
}

function memo<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function refuse(context: RequestContext, error: unknown): void {
  Object.defineProperty(context, 'proofKey', {
    configurable: true,
    enumerable: true,
    get: () => {
      throw error;
    },
  });
}
