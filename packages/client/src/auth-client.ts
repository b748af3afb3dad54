import { type AccountCalls, accountCalls } from './account-calls.js';
import { createAuthFetch } from './auth-fetch.js';
import { solvingChallenges } from './challenge.js';
import {
  ME,
  PROOF_ACCEPTED,
  REFRESH_SESSION,
  SIGN_IN,
  SIGN_OUT,
  SIGN_UP,
} from './generated/operations.js';
import { CarriedKey } from './key-storage.js';
import { exportKey } from './proof.js';
import { Prover } from './prover.js';
import type {
  RefreshSessionResult,
  SignedIn,
  SignInResult,
  SignOutResult,
  SignUpResult,
  User,
} from './results.js';
import { AuthClientError, send, type Transport } from './send-operation.js';
import type { AuthSession, Clock } from './session.js';
import { type SessionCalls, sessionCalls } from './session-calls.js';
import { SessionKeeper } from './session-keeper.js';
import { SessionState, type SignedOutReason } from './session-state.js';
import { localStorageStorage, memoryStorage, type TokenStorage } from './token-storage.js';

export interface AuthClientOptions {
  /** The GraphQL endpoint: authgraph's own, or a gateway's that it is part of. */
  readonly url: string;
  /**
   * BODY: this client holds the tokens. COOKIE: the browser does, as HttpOnly cookies. BODY unless
   * given.
   */
  readonly delivery?: 'BODY' | 'COOKIE';
  /** Memory unless given; with cookies localStorage, which then holds nothing secret. */
  readonly storage?: TokenStorage;
  /**
   * Origins besides that of `url` whose requests `authFetch` attaches the session to, such as
   * `https://api.example.com`.
   */
  readonly origins?: readonly string[];
  /**
   * Whether new sessions are bound to a key of this client, so that stolen tokens are worth nothing
   * (RFC 9449), wherever keys can be made and the service accepts proofs. True unless given.
   */
  readonly dpop?: boolean;
  /** Called once when a session is over, however many requests failed with it. */
  readonly onSignedOut?: (event: { readonly reason: SignedOutReason }) => void;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Every method rejects with an AuthClientError when it gets no answer of its result union. */
export interface AuthClient extends AccountCalls, SessionCalls {
  readonly url: string;
  /**
   * The session as far as it is known; null when signed out, and until an asynchronous storage was
   * read.
   */
  readonly session: AuthSession | null;
  /**
   * Calls `listener` with each new session and with null at its end, until the returned function is
   * called.
   */
  subscribe(listener: (session: AuthSession | null) => void): () => void;
  /** Renewed first if it is about to expire. Null when signed out, and always with cookies. */
  getAccessToken(): Promise<string | null>;
  /** `fetch` with the session: see docs/client.md. */
  readonly authFetch: typeof globalThis.fetch;
  signUp(input: Credentials): Promise<SignUpResult>;
  signIn(input: Credentials): Promise<SignInResult>;
  refresh(): Promise<RefreshSessionResult>;
  /**
   * The tokens are forgotten even when the service cannot be reached; cookies only it can remove.
   */
  signOut(options?: { readonly everywhere?: boolean }): Promise<SignOutResult>;
  /** The signed-in user, or null. */
  me(): Promise<User | null>;
  /** For layers over other transports, such as `authLink`. */
  readonly keeper: SessionKeeper;
  readonly cookies: boolean;
  readonly prover: Prover;
  /** Stops listening to other tabs. */
  close(): void;
}

/**
 * Makes the client of one app in one tab. On a server make one for each user: it holds that user's
 * session.
 *
 * @example
 * ```ts
 * import { createAuthClient } from '@authgraph/client';
 *
 * const auth = createAuthClient({ url: 'https://auth.example.com/graphql' });
 * const result = await auth.signIn({ email: 'ada@example.com', password: 'a long one' });
 * if (result.__typename !== 'SignedIn') console.log(result.message);
 * ```
 */
export function createAuthClient(options: AuthClientOptions): AuthClient {
  const { url, delivery = 'BODY', clock = { now: () => new Date() }, origins = [] } = options;
  const cookies = delivery === 'COOKIE';
  const fetch: typeof globalThis.fetch =
    options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const storage = options.storage ?? (cookies ? localStorageStorage() : memoryStorage());
  const carried = storage.keys === undefined ? new CarriedKey(() => state.current) : undefined;
  const state: SessionState = new SessionState({
    storage,
    cookies,
    clock,
    onSignedOut: (reason) => options.onSignedOut?.({ reason }),
    exportKey: async () => {
      const key = await carried?.load();
      return key ? exportKey(key) : undefined;
    },
  });
  const keys = options.dpop === false ? undefined : (storage.keys ?? carried);
  const prover = new Prover({ keys, extractable: carried !== undefined, clock });

  // Without the access token: one that has expired must not stand in the way of what replaces it.
  const plain: Transport = { url, fetch, cookies };
  const provingTransport = (isProbe: boolean): Transport => ({
    ...plain,
    fetch: (input, init) =>
      prover.send({ url, method: 'POST', isProbe }, (proof) =>
        fetch(input, { ...init, headers: { ...plainHeaders(init), ...proof } }),
      ),
  });
  const proving = provingTransport(false);
  /** Of a session in cookies this client may not have heard yet whether it is bound. */
  const forSession = () => ((state.current?.bound ?? cookies) ? proving : plain);

  let isAccepted: boolean | undefined;
  /** For a new session, with a proof where the service, and whoever stands before it, takes one. */
  async function forSignIn(): Promise<Transport> {
    const probe = async () => (await send(provingTransport(true), PROOF_ACCEPTED, {})).result;
    isAccepted ??= await prover.prepare(probe).catch((error: unknown) => {
      // Nothing is known without an answer; the sign-in itself will say what is wrong.
      return error instanceof AuthClientError && error.code === 'NETWORK' ? undefined : false;
    });
    return isAccepted ? proving : plain;
  }

  const refresh = async (refreshToken: string | undefined) => {
    const input = refreshToken === undefined ? null : { refreshToken };
    return (await send(forSession(), REFRESH_SESSION, { input })).result;
  };
  const keeper = new SessionKeeper({ state, sharedAs: storage.sharedAs, clock, refresh });
  const authFetch = createAuthFetch({ keeper, fetch, url, origins, cookies, prover });
  const signedIn: Transport = { ...plain, fetch: authFetch };

  async function signUp({ email, password }: Credentials): Promise<SignUpResult> {
    const transport = await forSignIn();
    const result = await solvingChallenges(async (challengeSolution) => {
      const input = { email, password, delivery, challengeSolution };
      return (await send(transport, SIGN_UP, { input })).result;
    });
    if (result.__typename === 'SignedIn') await adopt(result);
    return result;
  }

  async function signIn({ email, password }: Credentials): Promise<SignInResult> {
    const deviceToken = (await storage.device?.load()) ?? null;
    const transport = await forSignIn();
    const result = await solvingChallenges(async (challengeSolution) => {
      const input = { email, password, delivery, deviceToken, challengeSolution };
      return (await send(transport, SIGN_IN, { input })).result;
    });
    if (result.__typename === 'SignedIn') await adopt(result);
    return result;
  }

  async function adopt(signedIn: SignedIn): Promise<void> {
    if (signedIn.deviceToken) await storage.device?.save(signedIn.deviceToken);
    await state.adopt(signedIn);
  }

  async function signOut({ everywhere = false } = {}): Promise<SignOutResult> {
    const session = await keeper.settled();
    try {
      const input = { refreshToken: session?.tokens?.refreshToken, everywhere };
      const { result } = await send(forSession(), SIGN_OUT, { input });
      await state.end(session, 'SIGNED_OUT');
      return result;
    } catch (error) {
      if (!cookies) await state.end(session, 'SIGNED_OUT');
      throw error;
    }
  }

  async function me(): Promise<User | null> {
    const before = await keeper.settled();
    try {
      const { result, session } = await send(signedIn, ME, {});
      // An app's server may have removed the cookies, or the user.
      if (cookies && session === null) await state.end(before, 'MISSING');
      if (cookies && state.current === null && session !== null)
        await state.adopt({ session, tokens: null });
      return result;
    } catch (error) {
      if (
        error instanceof AuthClientError &&
        error.code === 'UNAUTHENTICATED' &&
        state.current === null
      )
        return null;
      throw error;
    }
  }

  return {
    url,
    cookies,
    keeper,
    prover,
    authFetch,
    ...sessionCalls(signedIn),
    ...accountCalls({ anonymous: plain, signedIn, forSignIn, delivery, state, keeper }),
    signUp,
    signIn,
    signOut,
    me,
    get session() {
      return state.current;
    },
    subscribe: (listener) => state.subscribe(listener),
    getAccessToken: async () => (await keeper.usable())?.tokens?.accessToken ?? null,
    refresh: () => keeper.refresh(),
    close: () => state.close(),
  };
}

/** As `send` writes them. */
function plainHeaders(init: RequestInit | undefined): Record<string, string> {
  return Object.fromEntries(new Headers(init?.headers));
}
