import type { Caller } from '../../kernel/caller.js';
import type { Clock } from '../../kernel/clock.js';
import type { NewId } from '../../kernel/ids.js';
import type { Log } from '../../kernel/log.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../database/database.js';

/** A kind of event, such as `user.created`. Details are shown to administrators: no secrets. */
export interface EventType<Details extends object = object> {
  readonly name: string;
  /** One line for operators and for receivers of webhooks. */
  readonly about: string;
  /** Somebody may be doing harm: it is logged as a warning. */
  readonly suspicious: boolean;
  /** Carries the type of the details, and is never there. */
  readonly details?: Details;
}

export function eventType<Details extends object = Record<never, never>>(
  name: string,
  about: string,
  { suspicious = false }: { readonly suspicious?: boolean } = {},
): EventType<Details> {
  return { name, about, suspicious };
}

/** What happened to whom, as a flow tells it. */
export interface Happening<Details extends object> {
  readonly caller: Caller;
  /** Whom it is about; null when that is nobody, or is not known. */
  readonly userId?: string | null;
  readonly sessionId?: string | null;
  readonly details?: Details;
}

/** Something that happened. */
export interface AuthEvent {
  readonly id: string;
  readonly type: EventType;
  readonly realm: Realm;
  readonly at: Date;
  readonly caller: Caller;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly details: object;
}

/** Writes with the flow that the event is about: what rejects here fails that flow. */
export type EventListener = (sql: SqlExecutor, event: AuthEvent) => Promise<void>;
/** Hears of what is committed. */
export type EventObserver = (event: AuthEvent) => void;

/** Where flows say what they did, and other features listen. */
export class Events {
  readonly #clock: Clock;
  readonly #newId: NewId;
  readonly #listeners: EventListener[] = [];
  readonly #observers: EventObserver[] = [];

  constructor({ clock, newId }: { readonly clock: Clock; readonly newId: NewId }) {
    this.#clock = clock;
    this.#newId = newId;
  }

  /** Called in the flow's own transaction: what a listener writes is committed with the flow. */
  on(listener: EventListener): void {
    this.#listeners.push(listener);
  }

  /** Called after the commit; for what is not stored, such as logs and metrics. Must not throw. */
  afterwards(observer: EventObserver): void {
    this.#observers.push(observer);
  }

  /** Tells what happened. Pass the flow's transaction; the database itself where there is none. */
  async emit<Details extends object>(
    sql: SqlExecutor,
    realm: Realm,
    type: EventType<Details>,
    { caller, userId = null, sessionId = null, details = {} as Details }: Happening<Details>,
  ): Promise<void> {
    const [id, at] = [this.#newId(), this.#clock.now()];
    const event: AuthEvent = { id, type, realm, at, caller, userId, sessionId, details };
    for (const listener of this.#listeners) await listener(sql, event);
    await sql.afterCommit(() => {
      for (const observer of this.#observers) observer(event);
    });
  }
}

/** Writes a line for each event. */
export function eventLog(log: Log): EventObserver {
  return ({ type, realm, caller, userId, sessionId, details }) => {
    const { ipAddress, actorId, operation, via } = caller;
    const who = { ipAddress, actorId, operation, via };
    const fields = { event: type.name, realmId: realm.id, userId, sessionId, ...who, ...details };
    if (type.suspicious) log.warn(fields, type.about);
    else log.info(fields, type.about);
  };
}
