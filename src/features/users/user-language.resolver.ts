import { Authenticated } from '@authgraph/sdk/type-graphql';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { AuthError } from '../../kernel/auth-error.js';
import type { Database } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import { callerOf, type RequestContext, viewerOf } from '../../platform/graphql/context.js';
import { isLanguageTag } from '../../platform/mail/choose-language.policy.js';
import { setLanguage } from './contact.store.js';
import { USER_UPDATED } from './user-events.js';
import { UserUpdated } from './user-results.js';

@Resolver()
export class UserLanguageResolver {
  readonly #database: Database;
  readonly #events: Events;

  constructor(database: Database, events: Events) {
    this.#database = database;
    this.#events = events;
  }

  @Mutation(() => UserUpdated, {
    description: 'What mails to the user are written in: a tag such as `de` or `pt-BR`.',
  })
  @Authenticated()
  async updateMyLanguage(
    @Arg('language', () => String) language: string,
    @Ctx() context: RequestContext,
  ): Promise<UserUpdated> {
    if (!isLanguageTag(language))
      throw new AuthError('BAD_USER_INPUT', '"language" must be a tag such as "de" or "pt-BR".');
    const { realm } = context;
    const { userId } = viewerOf(context);
    await this.#database.transaction(async (sql) => {
      await setLanguage(sql, realm, userId, language);
      const details = { changed: ['language'] };
      await this.#events.emit(sql, realm, USER_UPDATED, {
        caller: callerOf(context),
        userId,
        details,
      });
    });
    return Object.assign(new UserUpdated(), { user: { id: userId } });
  }
}
