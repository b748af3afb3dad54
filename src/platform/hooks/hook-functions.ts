/** What every hook is told, beside what it is about. */
export interface HookCall {
  readonly realm: { readonly id: string; readonly issuer: string };
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /** Aborts when the time of the hook is over (`AUTHGRAPH_HOOK_TIMEOUT`). */
  readonly signal: AbortSignal;
}

/** Somebody who wants an account. */
export interface SigningUp extends HookCall {
  /** As typed; null for somebody who is known by a number. */
  readonly email: string | null;
  /** `password`, `invitation`; over the SuperTokens interface also its other recipes. */
  readonly method: string;
  /**
   * `requested`: a mail asks the owner of the address first, and the hook is asked again when they
   * have confirmed. What it adds counts in the last step, `created`, only.
   */
  readonly step: 'requested' | 'created';
}

/** Somebody who has an account now. */
export interface SignedUp extends HookCall {
  readonly userId: string;
  readonly email: string | null;
  readonly method: string;
}

/** A user who has proved who they are. */
export interface SigningIn extends HookCall {
  readonly userId: string;
  /** How, as RFC 8176 method names. */
  readonly amr: readonly string[];
}

/** A user with a new session. */
export interface SignedIn extends SigningIn {
  readonly sessionId: string;
}

/** Whom an access token is for. At a sign-up they are about to be stored. */
export interface TokenOwner extends SigningIn {
  /** Users change it themselves: no claim that decides anything should come from it. */
  readonly publicMetadata: Readonly<Record<string, unknown>>;
  readonly privateMetadata: Readonly<Record<string, unknown>>;
}

/** No. The caller is told so, as `Refused`. */
export interface Refusal {
  /** Why, for the caller to read. */
  readonly refuse: string;
  /** The same for programs, such as `CLOSED_BETA`. */
  readonly code?: string | undefined;
}

/** What is stored with a new user beside what they gave. */
export interface SignUpAdditions {
  /** Names of roles that the realm has. */
  readonly roles?: readonly string[] | undefined;
  /** 8 KiB at most, as all metadata. Merged key by key into what an invited user has. */
  readonly publicMetadata?: Readonly<Record<string, unknown>> | undefined;
  readonly privateMetadata?: Readonly<Record<string, unknown>> | undefined;
}

/** JSON, 1 KiB at most. None of the claims that access tokens have anyway. */
export type Claims = Readonly<Record<string, unknown>>;

type Awaitable<Value> = Value | PromiseLike<Value>;
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a return is a hook as well
type Nothing = undefined | void;

/**
 * Functions of the application that are called on the way. What a before-hook or `claims` throws,
 * answers wrongly or does not answer in time refuses the request, with a masked error; what an
 * after-hook throws is logged. Keep side effects to the after-hooks: whoever was asked about before
 * may still fail for another reason.
 */
export interface HookFunctions {
  /** Before an account is made, whoever asks for it. Not for those whom administrators make. */
  readonly beforeSignUp?: (signUp: SigningUp) => Awaitable<SignUpAdditions | Refusal | Nothing>;
  /** Once the account is stored. */
  readonly afterSignUp?: (signedUp: SignedUp) => Awaitable<unknown>;
  /** When the password was right: whom it refuses knows that. */
  readonly beforeSignIn?: (signIn: SigningIn) => Awaitable<Refusal | Nothing>;
  /** Once the session is stored. */
  readonly afterSignIn?: (signedIn: SignedIn) => Awaitable<unknown>;
  /** What access tokens say beside their own claims; asked for each, at every refresh too. */
  readonly claims?: (owner: TokenOwner) => Awaitable<Claims | Nothing>;
}
