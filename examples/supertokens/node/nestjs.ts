// npx tsc && node build/nestjs.js
import 'reflect-metadata';
import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  Controller,
  createParamDecorator,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  HttpCode,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  Post,
  UseGuards,
} from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { Response } from 'express';
import { errorHandler, middleware } from 'supertokens-node/framework/express/index.js';
import { Error as SuperTokensError } from 'supertokens-node/index.js';
import { verifySession } from 'supertokens-node/recipe/session/framework/express/index.js';
import type {
  SessionContainer,
  VerifySessionOptions,
} from 'supertokens-node/recipe/session/index.js';
import { becomeEditor, describeMe, init, port, signOutEverywhere } from './app.mjs';

init('express');

/** Lets only requests with a session in. */
class SessionGuard implements CanActivate {
  readonly #options: VerifySessionOptions;

  constructor(options: VerifySessionOptions = {}) {
    this.#options = options;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const verify = verifySession(this.#options);
    await new Promise<void>((resolve, reject) => {
      const next = (error?: unknown) => (error === undefined ? resolve() : reject(error));
      verify(http.getRequest(), http.getResponse(), next).catch(reject);
    });
    return true;
  }
}

const Session = createParamDecorator(
  (_data: unknown, context: ExecutionContext): SessionContainer =>
    context.switchToHttp().getRequest().session,
);

@Controller()
class AccountController {
  @Get('me')
  @UseGuards(new SessionGuard())
  me(@Session() session: SessionContainer) {
    return describeMe(session);
  }

  @Get('checked')
  @UseGuards(new SessionGuard({ checkDatabase: true }))
  checked(@Session() session: SessionContainer) {
    return describeMe(session);
  }

  @Post('editor')
  @HttpCode(200)
  @UseGuards(new SessionGuard())
  editor(@Session() session: SessionContainer) {
    return becomeEditor(session);
  }

  @Post('sign-out-everywhere')
  @HttpCode(200)
  @UseGuards(new SessionGuard())
  everywhere(@Session() session: SessionContainer) {
    return signOutEverywhere(session);
  }
}

/** Answers the SDK's errors (no session, refresh, theft) as the SDK means them. */
@Catch(SuperTokensError)
class SuperTokensFilter implements ExceptionFilter {
  readonly #handle = errorHandler();

  catch(error: unknown, host: ArgumentsHost) {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    this.#handle(error, http.getRequest(), response, (unexpected: unknown) => {
      if (!response.headersSent) response.status(500).json({ error: String(unexpected) });
    });
  }
}

@Module({
  controllers: [AccountController],
  providers: [{ provide: APP_FILTER, useClass: SuperTokensFilter }],
})
class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer) {
    consumer.apply(middleware()).forRoutes('*path'); // serves /auth/*
  }
}

const app = await NestFactory.create(AppModule, { logger: ['error'] });
await app.listen(port, '127.0.0.1');
console.log(`listening on ${port}`);
