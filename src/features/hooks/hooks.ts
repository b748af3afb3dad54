import { z } from 'zod';
import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database } from '../../platform/database/database.js';
import type { Events, EventType } from '../../platform/events/events.js';
import type {
  Claims,
  HookFunctions,
  Refusal,
  SignUpAdditions,
  TokenOwner,
} from '../../platform/hooks/hook-functions.js';
import { Admission } from './admission.js';
import type { CallHook, HookName } from './call-hook.js';
import { claimsProblem } from './claims.policy.js';
import type { HookFailed } from './hook-errors.js';
import { SIGN_IN_DENIED, SIGN_UP_DENIED } from './hook-events.js';
import { metadataOf } from './token-owner.store.js';

const OBJECT = z.record(z.string(), z.unknown());
const REFUSAL = z.strictObject({ refuse: z.string().min(1), code: z.string().optional() });
const ADDITIONS = z.strictObject({
  roles: z.array(z.string()).optional(),
  publicMetadata: OBJECT.optional(),
  privateMetadata: OBJECT.optional(),
});
const SIGN_UP_ANSWER = z.union([REFUSAL, ADDITIONS]).optional();
const SIGN_IN_ANSWER = REFUSAL.optional();
const CLAIMS = OBJECT.optional();

export interface HooksDeps {
  readonly functions: HookFunctions;
  readonly call: CallHook;
  readonly database: Database;
  readonly events: Events;
}

/** Who signs up, and how. */
export interface SignUpFacts {
  readonly email: string | null;
  readonly method: string;
}

type Owner = Pick<TokenOwner, 'userId' | 'amr'>;
/** A user who is stored with their first session. */
type NewOwner = Owner & SignUpFacts & { readonly added: SignUpAdditions };

/** Asks the application that the service runs in; without hooks nothing is done. */
export class Hooks {
  readonly #deps: HooksDeps;

  constructor(deps: HooksDeps) {
    this.#deps = deps;
  }

  /** True when access tokens say what the application wants. */
  get addClaims(): boolean {
    return this.#deps.functions.claims !== undefined;
  }

  /**
   * Resolves to what is stored beside what the user gave. Call it outside of a transaction. Rejects
   * with REFUSED, and with HookFailed.
   */
  async beforeSignUp(
    realm: Realm,
    facts: SignUpFacts & { readonly step: 'requested' | 'created' },
    caller: Caller,
  ): Promise<SignUpAdditions> {
    const { functions, call } = this.#deps;
    const { beforeSignUp: hook } = functions;
    if (hook === undefined) return {};
    const answer = await call.run(realm, 'beforeSignUp', hook, facts, caller);
    const read = this.#read(realm, 'beforeSignUp', SIGN_UP_ANSWER, answer);
    if (read !== undefined && 'refuse' in read)
      throw await this.#refused(realm, SIGN_UP_DENIED, read, { caller });
    return read ?? {};
  }

  /** Once the user is stored. Never rejects. */
  async afterSignUp(
    realm: Realm,
    signedUp: SignUpFacts & { readonly userId: string },
    caller: Caller,
  ): Promise<void> {
    const { afterSignUp: hook } = this.#deps.functions;
    if (hook === undefined) return;
    await this.#deps.call.run(realm, 'afterSignUp', hook, signedUp, caller).catch(() => {});
  }

  /**
   * Lets a user in who has proved who they are. Call it outside of a transaction. Rejects with
   * REFUSED, and with HookFailed.
   */
  async admitSignIn(realm: Realm, owner: Owner, caller: Caller): Promise<Admission> {
    const { beforeSignIn: before, afterSignIn: after } = this.#deps.functions;
    const { call } = this.#deps;
    if (before !== undefined) {
      const answer = await call.run(realm, 'beforeSignIn', before, owner, caller);
      const read = this.#read(realm, 'beforeSignIn', SIGN_IN_ANSWER, answer);
      const { userId } = owner;
      if (read !== undefined)
        throw await this.#refused(realm, SIGN_IN_DENIED, read, { caller, userId });
    }
    const claims = await this.claims(realm, owner, caller);
    return new Admission(owner, claims, async (sessionId) => {
      if (after === undefined) return;
      const signedIn = { ...owner, sessionId };
      await call.run(realm, 'afterSignIn', after, signedIn, caller).catch(() => {});
    });
  }

  /** The same for a user who is stored with their first session. Rejects with HookFailed. */
  async admitSignUp(realm: Realm, newOwner: NewOwner, caller: Caller): Promise<Admission> {
    const { email, method, added, ...owner } = newOwner;
    const claims = await this.claims(realm, owner, caller, added);
    const signedUp = { email, method, userId: owner.userId };
    return new Admission(owner, claims, () => this.afterSignUp(realm, signedUp, caller));
  }

  /**
   * What an access token says beside its own claims; `added` is what is about to be stored with the
   * user. Rejects with HookFailed.
   */
  async claims(
    realm: Realm,
    { userId, amr }: Owner,
    caller: Caller,
    added: SignUpAdditions = {},
  ): Promise<Claims | undefined> {
    const { functions, call, database } = this.#deps;
    const { claims: hook } = functions;
    if (hook === undefined) return undefined;
    const stored = await metadataOf(database, realm, userId);
    const publicMetadata = { ...stored.publicMetadata, ...added.publicMetadata };
    const privateMetadata = { ...stored.privateMetadata, ...added.privateMetadata };
    const owner = { userId, amr, publicMetadata, privateMetadata };
    const answer = await call.run(realm, 'claims', hook, owner, caller);
    const claims = this.#read(realm, 'claims', CLAIMS, jsonOf(answer));
    const problem = claims && claimsProblem(claims);
    if (problem !== undefined) throw this.failed(realm, 'claims', problem);
    return claims;
  }

  /** Says in the log what is wrong with what a hook answered. */
  failed(realm: Realm, name: HookName, problem: string): HookFailed {
    return this.#deps.call.failed(realm, name, new Error(problem));
  }

  #read<Answer>(realm: Realm, name: HookName, schema: z.ZodType<Answer>, answer: unknown): Answer {
    const { success, data, error } = schema.safeParse(answer);
    if (success) return data;
    throw this.failed(realm, name, `answered wrongly: ${z.prettifyError(error)}`);
  }

  async #refused(
    realm: Realm,
    type: EventType<{ readonly code: string | null }>,
    { refuse, code: given }: Refusal,
    about: { readonly caller: Caller; readonly userId?: string },
  ): Promise<AuthError> {
    const { database, events } = this.#deps;
    const code = given ?? null;
    await events.emit(database, realm, type, { ...about, details: { code } });
    return new AuthError('REFUSED', refuse, { ownCode: code });
  }
}

/** As it will be in the token. What is no JSON is left as it is, and is refused. */
function jsonOf(answer: unknown): unknown {
  try {
    return answer === undefined ? undefined : JSON.parse(JSON.stringify(answer));
  } catch {
    return 'no JSON';
  }
}
