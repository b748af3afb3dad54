import type { ServerResponse } from 'node:http';
import { clearSession } from './cookies.js';
import type { JsonObject } from './core.js';
import { clearedFor, deliver } from './express-answer.js';
import { revokeSessionUsingSessionHandle } from './handles.js';
import { classic } from './instance.js';
import type { SessionInfo } from './sessions.js';

/** The session of a request. */
export class Session {
  readonly #info: SessionInfo;
  readonly #response: ServerResponse;

  /** Made by `createNewSession`, `getSession` and `refreshSession`. */
  constructor(info: SessionInfo, response: ServerResponse) {
    this.#info = info;
    this.#response = response;
  }

  getUserId(): string {
    return this.#info.userId;
  }

  getHandle(): string {
    return this.#info.handle;
  }

  /** What the access token carries of the application's. */
  getJWTPayload(): JsonObject {
    return this.#info.jwtPayload;
  }

  /** What is kept with the session. Rejects with UNAUTHORISED when it is over, GENERAL_ERROR. */
  async getSessionData(): Promise<JsonObject> {
    return this.#orCleared(() => classic().sessions.data(this.#info.handle));
  }

  /** Replaces it. Rejects with UNAUTHORISED when the session is over, and GENERAL_ERROR. */
  async updateSessionData(data: JsonObject): Promise<void> {
    await this.#orCleared(() => classic().sessions.updateData(this.#info.handle, data));
  }

  /** Signs out: ends the session, and takes its cookies away. Rejects with GENERAL_ERROR. */
  async revokeSession(): Promise<void> {
    await revokeSessionUsingSessionHandle(this.#info.handle);
    deliver(this.#response, clearSession(classic().config));
  }

  async #orCleared<Result>(work: () => Promise<Result>): Promise<Result> {
    return work().catch((error: unknown) => clearedFor(this.#response, error));
  }
}
