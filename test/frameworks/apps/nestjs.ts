import 'reflect-metadata';
import { authgraph, type Session } from '@authgraph/sdk/nestjs';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Field,
  GraphQLModule,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { portOf } from './listen.js';
import type { StartApp } from './run.js';

@ObjectType('Who')
class Who {
  @Field(() => String, { nullable: true })
  userId: string | null = null;
}

export const start: StartApp = async (options, platform) => {
  const { verifySession, guard, CurrentSession, corsOptions } = authgraph(options);

  @Controller()
  class AccountController {
    @verifySession()
    @Get('me')
    me(@CurrentSession() session: Session) {
      return { userId: session.userId };
    }

    @verifySession({ scopes: ['users:read'] })
    @Get('users')
    users(@CurrentSession() session: Session) {
      return { userId: session.userId };
    }

    @verifySession({ required: false })
    @Get('maybe')
    maybe(@CurrentSession() session: Session | null) {
      return { userId: session?.userId ?? null };
    }

    /** Without a decorator: the guard of the whole application. */
    @Get('unguarded')
    unguarded(@CurrentSession() session: Session) {
      return { userId: session.userId };
    }

    @verifySession()
    @Get('broken')
    broken() {
      throw new Error('a defect of the application');
    }
  }

  @Resolver(() => Who)
  class WhoResolver {
    @verifySession()
    @Query(() => Who, { nullable: true })
    me(@CurrentSession() session: Session): Who {
      return { userId: session.userId };
    }

    @verifySession({ scopes: ['users:read'] })
    @Query(() => Who, { nullable: true })
    users(@CurrentSession() session: Session): Who {
      return { userId: session.userId };
    }

    @verifySession({ required: false })
    @Query(() => Who, { nullable: true })
    maybe(@CurrentSession() session: Session | null): Who {
      return { userId: session?.userId ?? null };
    }

    @verifySession({ required: false })
    @Query(() => Who)
    nobody(): Who {
      return { userId: null };
    }

    @verifySession({ scopes: ['users:read'] })
    @ResolveField(() => String, { nullable: true })
    secret(@Parent() { userId }: Who): string {
      return `the secret of ${userId}`;
    }
  }

  const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    autoSchemaFile: true,
    fieldResolverEnhancers: ['guards'],
    playground: false,
  });

  @Module({
    imports: platform === 'fastify' ? [] : [graphql],
    controllers: [AccountController],
    providers: [WhoResolver],
  })
  class AppModule {}

  const app =
    platform === 'fastify'
      ? await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false })
      : await NestFactory.create(AppModule, { logger: false });
  app.useGlobalGuards(guard());
  app.enableCors(corsOptions);
  await app.listen(0, '127.0.0.1');
  return portOf(app.getHttpServer());
};
