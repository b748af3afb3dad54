import type { Caller } from '../../kernel/caller.js';
import type { Log } from '../../kernel/log.js';
import type { Realm } from '../../kernel/realm.js';
import type { HookCall, HookFunctions } from '../../platform/hooks/hook-functions.js';
import { HookFailed } from './hook-errors.js';
import { HOOK_SETTINGS } from './hook-settings.js';

export type HookName = keyof HookFunctions;

/** Calls a function of the application: for so long, and with what it fails in the log. */
export class CallHook {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Rejects with HookFailed, whatever the hook does wrong. */
  async run<Given extends object>(
    realm: Realm,
    name: HookName,
    hook: (given: Given & HookCall) => unknown,
    given: Given,
    { ipAddress, userAgent }: Caller,
  ): Promise<unknown> {
    const { id, issuer } = realm;
    const late = Promise.withResolvers<never>();
    const over = new AbortController();
    const { hookTimeout } = HOOK_SETTINGS.of(realm);
    const timer = setTimeout(() => {
      late.reject(new Error(`took longer than ${hookTimeout} s`));
      over.abort();
    }, hookTimeout * 1_000);
    const call = { realm: { id, issuer }, ipAddress, userAgent, signal: over.signal };
    try {
      const answer = Promise.resolve().then(() => hook({ ...given, ...call }));
      return await Promise.race([answer, late.promise]);
    } catch (error) {
      throw this.failed(realm, name, error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Logs what a hook did wrong, and makes the error that callers are told nothing of. */
  failed({ id: realmId }: Realm, hook: HookName, error: unknown): HookFailed {
    this.#log.error({ hook, realmId, err: error }, `The hook ${hook} failed`);
    return new HookFailed(`the hook ${hook} failed`);
  }
}
