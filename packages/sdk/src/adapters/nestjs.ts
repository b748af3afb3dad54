import {
  applyDecorators,
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  HttpException,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import {
  type Access,
  type AuthgraphOptions,
  type CorsOptions,
  createAccess,
  type RequestHead,
  type SessionNeed,
} from '../access/decide-access.js';
import type { Denial } from '../access/denial.js';
import {
  placedSession,
  placeSession,
  type RequestSessionOptions,
} from '../access/request-session.js';

export type * from './public-types.js';

const NEED = 'authgraph:need';

export interface NestAuthgraph {
  /**
   * Guards a controller, a resolver, or one of their methods. The nearest one counts, also within a
   * guard for the whole application.
   */
  verifySession(need?: SessionNeed): ClassDecorator & MethodDecorator;
  /**
   * The same for the whole application: `app.useGlobalGuards(guard())`, or as the value of
   * `APP_GUARD`.
   */
  guard(need?: SessionNeed): CanActivate;
  /**
   * The session, as a parameter: `@CurrentSession() session: Session`. Null for an anonymous
   * request.
   */
  readonly CurrentSession: () => ParameterDecorator;
  /** For `app.enableCors(corsOptions)`. */
  readonly corsOptions: CorsOptions;
}

/**
 * authgraph for NestJS, on Express or Fastify, for REST and GraphQL.
 *
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common';
 * import { authgraph, type Session } from '@authgraph/sdk/nestjs';
 *
 * const issuer = 'https://auth.example.com';
 * const { verifySession, CurrentSession } = authgraph({ issuer, audience: issuer });
 * @Controller()
 * export class AccountController {
 *   @verifySession()
 *   @Get('me')
 *   me(@CurrentSession() session: Session) {
 *     return { userId: session.userId };
 *   }
 * }
 * ```
 */
export function authgraph({
  sessionProperty = 'session',
  ...options
}: AuthgraphOptions & RequestSessionOptions): NestAuthgraph {
  const access = createAccess(options);
  const guard = (need: SessionNeed = {}) => new SessionGuard(access, sessionProperty, need);
  return {
    guard,
    verifySession: (need = {}) => applyDecorators(SetMetadata(NEED, need), UseGuards(guard(need))),
    CurrentSession: createParamDecorator((_data: unknown, context: ExecutionContext) =>
      placedSession(requestOf(context), sessionProperty),
    ),
    corsOptions: access.corsOptions,
  };
}

class SessionGuard implements CanActivate {
  readonly #access: Access;
  readonly #sessionProperty: string;
  readonly #need: SessionNeed;

  constructor(access: Access, sessionProperty: string, need: SessionNeed) {
    this.#access = access;
    this.#sessionProperty = sessionProperty;
    this.#need = need;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = requestOf(context);
    const need = needOf(context.getHandler()) ?? needOf(context.getClass()) ?? this.#need;
    const { session, denial } = await this.#access.decide(request.raw ?? request, need);
    if (denial !== undefined) {
      setHeaders(context, denial);
      throw new SessionException(denial);
    }
    placeSession(request, this.#sessionProperty, session);
    return true;
  }
}

/**
 * Nest answers it by itself: its own exception filter over REST, graphql's `extensions` over
 * GraphQL.
 */
class SessionException extends HttpException {
  readonly extensions: object;

  constructor({ status, body }: Denial) {
    super(body, status);
    this.message = body.error.message;
    const { message: _, ...extensions } = body.error;
    this.extensions = extensions;
  }
}

interface NestRequest extends RequestHead {
  /** Fastify's has node:http's in it. */
  readonly raw?: RequestHead;
}

/** What Express and Fastify have in common. */
interface NestReply {
  header(name: string, value: string): unknown;
}

function requestOf(context: ExecutionContext): NestRequest {
  const kind: string = context.getType();
  if (kind === 'http') return context.switchToHttp().getRequest();
  // (parent, args, context, info)
  const graphql: { readonly req?: NestRequest } | undefined = context.getArgByIndex(2);
  if (kind === 'graphql' && graphql?.req !== undefined) return graphql.req;
  throw new Error('authgraph guards HTTP, and GraphQL whose context has the request as `req`.');
}

/**
 * Nest's answer to an exception has no room for headers. A GraphQL answer holds more than one
 * failure, and gets none.
 */
function setHeaders(context: ExecutionContext, { headers }: Denial): void {
  if (context.getType() !== 'http') return;
  const reply = context.switchToHttp().getResponse<NestReply>();
  for (const [name, value] of Object.entries(headers)) reply.header(name, value);
}

function needOf(target: object): SessionNeed | undefined {
  // Nest loads reflect-metadata, whose types this package does not have.
  return (
    Reflect as unknown as { getMetadata(key: string, target: object): SessionNeed | undefined }
  ).getMetadata(NEED, target);
}
