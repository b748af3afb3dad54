import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SessionContext } from '@authgraph/sdk';
import type { Realm } from '../../kernel/realm.js';

/** Where a request came from; shown to users in their list of sessions. */
export interface Device {
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

/** The facts of one request to one realm's API. The session is put there by a plugin. */
export interface RequestContext extends SessionContext {
  readonly requestId: string;
  readonly realm: Realm;
  readonly device: Device;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}
