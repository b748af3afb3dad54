import {
  MY_METADATA,
  MY_SESSIONS,
  REVOKE_OTHER_SESSIONS,
  REVOKE_SESSION,
  UPDATE_MY_METADATA,
} from './generated/operations.js';
import type { RevokeSessionResult, SessionPage, UpdateMetadataResult } from './results.js';
import { send, type Transport } from './send-operation.js';

/** What users do with their sessions, and with what is stored with them. */
export interface SessionCalls {
  /** The user's live sessions, newest first, a page at a time; null when nobody is signed in. */
  sessions(page?: {
    readonly first?: number;
    readonly after?: string;
  }): Promise<SessionPage | null>;
  /** Ends one of the user's sessions. */
  revokeSession(id: string): Promise<RevokeSessionResult>;
  /** Ends all of the user's sessions but this one; resolves to how many. */
  revokeOtherSessions(): Promise<number>;
  /** The user's public metadata; null when nobody is signed in. */
  metadata(): Promise<unknown>;
  /** Changes it by a JSON merge patch (RFC 7396): null removes a key. */
  updateMetadata(patch: Readonly<Record<string, unknown>>): Promise<UpdateMetadataResult>;
}

export function sessionCalls(signedIn: Transport): SessionCalls {
  return {
    sessions: async (page = {}) =>
      (await send(signedIn, MY_SESSIONS, page)).result?.sessions ?? null,
    revokeSession: async (id) => (await send(signedIn, REVOKE_SESSION, { id })).result,
    revokeOtherSessions: async () =>
      (await send(signedIn, REVOKE_OTHER_SESSIONS, {})).result.endedSessions,
    metadata: async () => (await send(signedIn, MY_METADATA, {})).result?.publicMetadata ?? null,
    updateMetadata: async (patch) => (await send(signedIn, UPDATE_MY_METADATA, { patch })).result,
  };
}
