import { failureOfText } from './auth-failure.js';
import type { KeyStorage } from './key-storage.js';
import { canMakeKeys, makeKey, makeProof } from './proof.js';
import type { Clock } from './session.js';
import { addressWithoutQuery, originOf } from './trusted-address.js';

export interface ProverOptions {
  /** Absent where keys cannot be kept, and where nothing is to be proven. */
  readonly keys: KeyStorage | undefined;
  /** Whether the private half of a new key can be read, for a storage that only takes texts. */
  readonly extractable: boolean;
  readonly clock: Clock;
}

/** One request that proves its sender. */
export interface ProvenRequest {
  readonly url: string;
  readonly method: string;
  readonly accessToken?: string | undefined;
  /** False for what can be sent only once. */
  readonly repeatable?: boolean;
  /** True for the request that asks whether proofs are accepted. */
  readonly isProbe?: boolean;
}

/** Sends a request with these headers. */
type Attempt = (headers: { readonly dpop?: string }) => Promise<Response>;

const REASON = /"reason":\s*"(PROOF_[A-Z_]+)"/;
const NONCE = /"nonce":\s*"([\w-]+)"/;
const SERVER_TIME = /"serverTime":\s*(\d{1,12})/;

/** Proves with each request that its sender holds the client's key (RFC 9449). */
export class Prover {
  readonly #options: ProverOptions;
  /** A key of which it is not known yet whether the service takes it. */
  #candidate: CryptoKeyPair | undefined;
  /** By origin. */
  readonly #nonces = new Map<string, string>();
  /** How far the service's clock is ahead of this device's. */
  #offsetMs = 0;

  constructor(options: ProverOptions) {
    this.#options = options;
  }

  /**
   * Sees to it that there is a key, which is kept when `isAccepted` resolves to true. Resolves to
   * whether it is; rejects when that cannot be found out.
   */
  async prepare(isAccepted: () => Promise<boolean>): Promise<boolean> {
    const { keys, extractable } = this.#options;
    if (keys === undefined || !canMakeKeys()) return false;
    this.#candidate ??= await makeKey(extractable);
    if (!(await isAccepted())) return false;
    try {
      await keys.keep(this.#candidate);
      return true;
    } catch {
      return false; // the browser lets this page keep nothing
    }
  }

  /** A proof for a request; undefined without a key. */
  async proofFor(request: ProvenRequest): Promise<string | undefined> {
    const { url, method, accessToken, isProbe } = request;
    const { keys, clock } = this.#options;
    if (keys === undefined || !canMakeKeys()) return undefined;
    const key = (await keys.load().catch(() => null)) ?? (isProbe ? this.#candidate : null);
    if (!key) return undefined;
    return makeProof(key, {
      method,
      url: addressWithoutQuery(url),
      now: new Date(clock.now().getTime() + this.#offsetMs),
      accessToken,
      nonce: this.#nonces.get(originOf(url) ?? ''),
    });
  }

  /** Sends a request with a proof; once more when the answer says what a better one needs. */
  async send(request: ProvenRequest, attempt: Attempt): Promise<Response> {
    const proof = await this.proofFor(request);
    if (proof === undefined) return attempt({});
    const response = await attempt({ dpop: proof });
    const learned = await this.#learn(originOf(request.url) ?? '', response);
    if (!learned || request.repeatable === false) return response;
    await response.body?.cancel();
    const better = await this.proofFor(request);
    return attempt(better === undefined ? {} : { dpop: better });
  }

  /** True when the request was refused for its proof alone, and a better one can be made. */
  async #learn(origin: string, response: Response): Promise<boolean> {
    const offered = response.headers.get('dpop-nonce');
    if (offered !== null) this.#nonces.set(origin, offered);
    if (!response.headers.get('content-type')?.includes('json')) return false;
    const text = await response.clone().text();
    const reason = REASON.exec(text)?.[1];
    const [nonce, serverTime] = [NONCE, SERVER_TIME].map((each) => each.exec(text)?.[1]);
    if (reason === 'PROOF_NONCE_REQUIRED' && nonce !== undefined) this.#nonces.set(origin, nonce);
    else if (reason === 'PROOF_EXPIRED' && serverTime !== undefined)
      this.#offsetMs = Number(serverTime) * 1000 - this.#options.clock.now().getTime();
    else return false;
    return failureOfText(response.status, text)?.isPartial !== true;
  }
}
