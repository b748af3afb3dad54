import { Gauge } from 'prom-client';
import { feature } from '../../platform/feature.js';
import { challenges as challengesFeature } from '../challenges/index.js';
import { hooks as hooksFeature } from '../hooks/index.js';
import { knownDevices } from '../known-devices/index.js';
import { mail, mailingJob } from '../mail/index.js';
import { oneTimeTokens } from '../one-time-tokens/index.js';
import { roles as rolesFeature } from '../roles/index.js';
import { sessions } from '../sessions/index.js';
import { users } from '../users/index.js';
import { AddPasswordUser } from './add-password-user.js';
import { breachCheck } from './breach-check.js';
import { ChangePassword } from './change-password.js';
import { CheckPassword } from './check-password.js';
import { ConfirmIdentity } from './confirm-identity.js';
import { ConfirmSignUp, SIGN_UP_REQUESTED } from './confirm-sign-up.js';
import { ACCOUNT_EXISTS_MAIL, CONFIRM_SIGN_UP_MAIL } from './confirm-sign-up.mail.js';
import { newPasswordHasher } from './new-password.js';
import { Password } from './password.entity.js';
import { PasswordResolver } from './password.resolver.js';
import { PASSWORD_CHANGED_MAIL } from './password-changed.mail.js';
import { PASSWORD_PROBLEMS } from './password-errors.js';
import { PASSWORD_EVENTS } from './password-events.js';
import { argon2Hasher } from './password-hasher.js';
import { PASSWORD_SETTINGS } from './password-settings.js';
import { ReplacePassword } from './replace-password.js';
import { SignIn } from './sign-in.js';
import { SignUp } from './sign-up.js';
import { StoreAdditions } from './store-additions.js';

export type { AddPasswordUser } from './add-password-user.js';
export type { CheckPassword } from './check-password.js';
export type { ConfirmIdentity } from './confirm-identity.js';
export { type ConfirmSignUp, type PendingSignUp, SIGN_UP_TOKEN } from './confirm-sign-up.js';
export { VERIFY_EMAIL_PAGE } from './confirm-sign-up.mail.js';
export { importableHash, migratableHash } from './foreign-hash.policy.js';
export type { HashNewPassword } from './new-password.js';
export { findPassword, replaceHash, savePassword } from './password.store.js';
export { InvalidCredentials, WeakPassword } from './password-errors.js';
export type { PasswordHasher } from './password-hasher.js';
export { PASSWORD_METHOD } from './password-method.js';
export { PasswordChanged } from './password-types.js';
export type { ReplacePassword } from './replace-password.js';
export type { SignUp } from './sign-up.js';
export type { StoreAdditions } from './store-additions.js';

/** Signing up and in with an address and a password. */
export const password = feature({
  name: 'password',
  settings: PASSWORD_SETTINGS,
  entities: [Password],
  resolvers: [PasswordResolver],
  problems: PASSWORD_PROBLEMS,
  events: PASSWORD_EVENTS,
  mails: [PASSWORD_CHANGED_MAIL, CONFIRM_SIGN_UP_MAIL, ACCOUNT_EXISTS_MAIL],
  create(platform, use) {
    const { database, clock, newId, log, errors, events, jobs, metrics, limits, process } =
      platform;
    const { proveAddress } = use(users);
    const { mails } = use(mail);
    const { tokens } = use(oneTimeTokens);
    const { roles } = use(rolesFeature);
    const { devices } = use(knownDevices);
    const { challenges } = use(challengesFeature);
    const { hooks } = use(hooksFeature);
    const { issuer, endSessions, tokens: delivery } = use(sessions);
    const hasher = argon2Hasher(process.processors, log, () => performance.now());
    new Gauge({
      name: 'authgraph_password_hashes_waiting',
      help: 'Passwords that wait for a hashing thread',
      registers: [metrics],
      collect() {
        this.set(hasher.waiting);
      },
    });
    const { breachCheckUrl } = PASSWORD_SETTINGS.of(platform);
    const hashNewPassword = newPasswordHasher(hasher, breachCheck(breachCheckUrl, log));
    const check = new CheckPassword({ sql: database, clock, hasher, limits, devices, challenges });
    const confirm = new ConfirmIdentity(database, check);
    const addUser = new AddPasswordUser({ clock, newId, events });
    const additions = new StoreAdditions({ hooks, roles });
    const hooked = { hooks, additions };
    const accounts = { database, limits, challenges, hashNewPassword, addUser, ...hooked };
    const signUp = new SignUp({ ...accounts, roles, issuer, newId });
    const confirmSignUp = new ConfirmSignUp({ ...accounts, jobs, mails, tokens, proveAddress });
    const signIn = new SignIn({ database, events, issuer, check, hooks });
    const replace = new ReplacePassword({ clock, newId, events, mails, tokens, endSessions });
    const changePassword = new ChangePassword({ database, confirm, hashNewPassword, replace });
    const flows = { signUp, confirmSignUp, signIn, changePassword };
    return {
      parts: { ...flows, check, confirm, addUser, additions, hashNewPassword, replace, hasher },
      resolvers: [new PasswordResolver({ errors, tokens: delivery, devices, ...flows })],
      jobs: [mailingJob(SIGN_UP_REQUESTED, (...job) => confirmSignUp.sendMail(...job))],
      stop: () => hasher[Symbol.asyncDispose](),
    };
  },
});
