import type { Session } from '../token/session.js';

/** The host's decision: true when the session satisfies all of the named policies. */
export type DecidePolicy = (names: string[], session: Session) => boolean | Promise<boolean>;

interface Asked {
  readonly session: Session;
  readonly answers: Map<string, Promise<boolean>>;
}

/**
 * Asks the host once for each set of policies and request. A sign-in within the request makes it
 * another session: asked anew.
 */
export class PolicyAnswers {
  readonly #decide: DecidePolicy;
  readonly #byContext = new WeakMap<object, Asked>();

  constructor(decide: DecidePolicy) {
    this.#decide = decide;
  }

  get(names: readonly string[], session: Session, context: object): Promise<boolean> {
    const { answers } = this.#asked(session, context);
    const key = JSON.stringify([...new Set(names)].sort());
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = this.#ask(names, session);
    answers.set(key, answer);
    return answer;
  }

  #asked(session: Session, context: object): Asked {
    const asked = this.#byContext.get(context);
    if (asked?.session === session) return asked;
    const fresh: Asked = { session, answers: new Map() };
    this.#byContext.set(context, fresh);
    return fresh;
  }

  /**
   * Only `true` lets in: a host in plain JavaScript may return anything. It gets a list of its own,
   * which it may change.
   */
  async #ask(names: readonly string[], session: Session): Promise<boolean> {
    return (await this.#decide([...names], session)) === true;
  }
}
