import { Gauge } from 'prom-client';
import { feature } from '../../platform/feature.js';
import { roles as rolesFeature } from '../roles/index.js';
import { sessions } from '../sessions/index.js';
import { users } from '../users/index.js';
import { CheckPassword } from './check-password.js';
import { newPasswordHasher } from './new-password.js';
import { Password } from './password.entity.js';
import { PasswordResolver } from './password.resolver.js';
import { PASSWORD_PROBLEMS } from './password-errors.js';
import { PASSWORD_EVENTS } from './password-events.js';
import { argon2Hasher } from './password-hasher.js';
import { PASSWORD_SETTINGS } from './password-settings.js';
import { SignIn } from './sign-in.js';
import { SignUp } from './sign-up.js';

export { InvalidCredentials, WeakPassword } from './password-errors.js';
export type { PasswordHasher } from './password-hasher.js';
export type { SignUp } from './sign-up.js';

/** Signing up and in with an address and a password. */
export const password = feature({
  name: 'password',
  settings: PASSWORD_SETTINGS,
  entities: [Password],
  resolvers: [PasswordResolver],
  problems: PASSWORD_PROBLEMS,
  events: PASSWORD_EVENTS,
  create({ database, clock, newId, log, errors, events, metrics, limits, process }, use) {
    use(users);
    const { roles } = use(rolesFeature);
    const { issuer, tokens } = use(sessions);
    const hasher = argon2Hasher(process.processors, log, () => performance.now());
    new Gauge({
      name: 'authgraph_password_hashes_waiting',
      help: 'Passwords that wait for a hashing thread',
      registers: [metrics],
      collect() {
        this.set(hasher.waiting);
      },
    });
    const hashNewPassword = newPasswordHasher(hasher);
    const check = new CheckPassword({ sql: database, clock, hasher, limits });
    const signUp = new SignUp({
      database,
      clock,
      newId,
      events,
      limits,
      roles,
      issuer,
      hashNewPassword,
    });
    const signIn = new SignIn({ database, events, issuer, check });
    return {
      parts: { signUp, signIn, check, hasher },
      resolvers: [new PasswordResolver({ errors, tokens, signUp, signIn })],
      stop: () => hasher[Symbol.asyncDispose](),
    };
  },
});
