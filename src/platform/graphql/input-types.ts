import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { ArgsType, Field, InputType, Int, registerEnumType } from 'type-graphql';

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

@InputType()
export class SignUpInput {
  @Field(() => String)
  email!: string;

  @Field(() => String)
  password!: string;

  @Field(() => TokenDelivery, { defaultValue: TokenDelivery.BODY })
  delivery!: TokenDelivery;
}

@InputType()
export class SignInInput {
  @Field(() => String)
  email!: string;

  @Field(() => String)
  password!: string;

  @Field(() => TokenDelivery, { defaultValue: TokenDelivery.BODY })
  delivery!: TokenDelivery;
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

/** Relay's forward paging. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, defaultValue: 20, description: 'At most 100.' })
  first!: number | null;

  @Field(() => String, { nullable: true })
  after?: string | null;
}
