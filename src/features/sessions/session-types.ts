import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import {
  createUnionType,
  Directive,
  Field,
  ID,
  InputType,
  Int,
  ObjectType,
  registerEnumType,
} from 'type-graphql';
import { DateTime } from '../../platform/graphql/date-time.js';
import { PageInfo } from '../../platform/graphql/page-info.js';
import { NotFound, RateLimited } from '../../platform/graphql/problem.js';
import { User } from '../users/index.js';
import type { DeviceKind, NamedDevice } from './device.policy.js';
import { RefreshRejected } from './session-errors.js';
import type { IssuedSession, TokenPair } from './session-issuer.js';

export const TokenDelivery = { BODY: 'BODY', COOKIE: 'COOKIE' } as const;
export type TokenDelivery = (typeof TokenDelivery)[keyof typeof TokenDelivery];

registerEnumType(TokenDelivery, {
  name: 'TokenDelivery',
  valuesConfig: {
    BODY: {
      description:
        'Tokens come back in `tokens`. The default: it survives gateways that drop Set-Cookie.',
    },
    COOKIE: { description: 'Tokens come back as HttpOnly cookies only; `tokens` is null.' },
  },
});

const TokenType = { BEARER: 'BEARER', DPOP: 'DPOP' } as const;
type TokenType = (typeof TokenType)[keyof typeof TokenType];

registerEnumType(TokenType, {
  name: 'TokenType',
  valuesConfig: {
    BEARER: { description: 'Whoever holds the tokens can use them.' },
    DPOP: {
      description: `They are bound to the key whose proof came with the request (RFC 9449): each use
needs another proof of it.`,
    },
  },
});

export function tokenTypeOf({ claims }: IssuedSession): TokenType {
  return claims.cnf === undefined ? TokenType.BEARER : TokenType.DPOP;
}

/** Its other fields are resolved on demand: whoever asks only for the id costs no query. */
@ObjectType({ simpleResolvers: true })
@Directive('@key(fields: "id")')
export class Session {
  @Field(() => ID)
  id!: string;
}

const DeviceKindEnum = {
  DESKTOP: 'DESKTOP',
  MOBILE: 'MOBILE',
  TABLET: 'TABLET',
  TV: 'TV',
  OTHER: 'OTHER',
} as const satisfies { [Name in DeviceKind]: Name };

registerEnumType(DeviceKindEnum, { name: 'DeviceKind' });

@ObjectType({ description: 'What the user agent says of the device: a hint for people.' })
export class Device implements NamedDevice {
  @Field(() => String, { description: 'Such as Firefox on Linux.' })
  name!: string;

  @Field(() => DeviceKindEnum)
  kind!: DeviceKind;
}

@ObjectType()
export class SessionEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Session)
  node!: Session;
}

@ObjectType({ simpleResolvers: true })
export class SessionConnection {
  @Field(() => [SessionEdge])
  edges!: SessionEdge[];

  @Field(() => [Session])
  nodes!: readonly Session[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => Int, { description: 'Counted only when it is asked for.' })
  totalCount!: () => Promise<number>;
}

@ObjectType()
export class Tokens implements TokenPair {
  @Field(() => String)
  accessToken!: string;

  @Field(() => DateTime)
  accessTokenExpiresAt!: Date;

  @Field(() => String)
  refreshToken!: string;

  @Field(() => DateTime)
  refreshTokenExpiresAt!: Date;
}

const AS_COOKIES = 'Null when the tokens were delivered as cookies.';

@ObjectType()
export class SignedIn {
  @Field(() => User)
  user!: User;

  @Field(() => Session)
  session!: Session;

  @Field(() => Tokens, { nullable: true, description: AS_COOKIES })
  tokens!: Tokens | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Keep it over sign-outs, for the next sign-in on this device. Null when it is a cookie.',
  })
  deviceToken!: string | null;

  @Field(() => TokenType)
  tokenType!: TokenType;
}

@ObjectType()
export class SessionRefreshed {
  @Field(() => Session)
  session!: Session;

  @Field(() => Tokens, { nullable: true, description: AS_COOKIES })
  tokens!: Tokens | null;

  @Field(() => TokenType)
  tokenType!: TokenType;
}

@ObjectType()
export class SignedOut {
  @Field(() => Int, { description: 'How many sessions this call ended.' })
  endedSessions!: number;
}

@InputType()
export class RefreshSessionInput {
  @Field(() => String, {
    nullable: true,
    description: 'Omit it when the refresh token travels as a cookie.',
  })
  refreshToken?: string | null;
}

@InputType()
export class SignOutInput {
  @Field(() => String, {
    nullable: true,
    description: 'For a client whose access token has expired.',
  })
  refreshToken?: string | null;

  @Field(() => Boolean, { defaultValue: false })
  everywhere!: boolean;
}

// Resolvers return instances of the member classes: so type-graphql tells the members apart.

export const RefreshSessionResult = createUnionType({
  name: 'RefreshSessionResult',
  types: () => [SessionRefreshed, RefreshRejected, RateLimited] as const,
});

export const RevokeSessionResult = createUnionType({
  name: 'RevokeSessionResult',
  types: () => [SignedOut, NotFound] as const,
});

export const SignOutResult = createUnionType({
  name: 'SignOutResult',
  types: () => [SignedOut] as const,
});
