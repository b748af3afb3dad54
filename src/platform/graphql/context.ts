import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Session, SessionContext } from '@authgraph/sdk';
import type { OperationDefinitionNode } from 'graphql';
import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';

/** Where a request came from. */
export interface Device {
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /** Wanted most, by Accept-Language. */
  readonly language: string | null;
}

/** The facts of one request to one realm's API. The session is put there by a listener. */
export interface RequestContext extends SessionContext {
  readonly requestId: string;
  readonly realm: Realm;
  readonly device: Device;
  /** Known once the document is parsed and valid. */
  operation?: OperationDefinitionNode | undefined;
  /**
   * Thumbprint of the key that the sender proves to hold (RFC 9449), put there by a listener; null
   * without a proof. Reading it throws when the proof is not right.
   */
  proofKey: string | null;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * The session of a field that says `@authenticated`, which lets nobody else come here.
 */
export function viewerOf({ session }: RequestContext): Session {
  if (session === null) throw new AuthError('UNAUTHENTICATED', 'This needs a session.');
  return session;
}

/** Who asks for what in this request. Throws when it came with a proof that is not right. */
export function callerOf(context: RequestContext): Caller {
  const { device, operation, proofKey } = context;
  return {
    ...device,
    proofKey,
    actorId: userIdOf(context),
    operation: operation === undefined ? null : fieldsOf(operation),
    gone: goneSignal(context.response),
    via: 'graphql',
  };
}

function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(); // which makes an error, with its stack
  });
  return gone.signal;
}

const MOST_FIELDS = 5;

/** The fields that an operation asks for: what it calls itself is the caller's text. */
function fieldsOf({ selectionSet }: OperationDefinitionNode): string {
  const names = selectionSet.selections.map((each) =>
    each.kind === 'Field' ? each.name.value : '...',
  );
  return names.slice(0, MOST_FIELDS).join(' ');
}

/** Null for an anonymous request, and for a token that is not valid. */
function userIdOf(context: RequestContext): string | null {
  try {
    return context.session?.userId ?? null;
  } catch {
    return null;
  }
}
