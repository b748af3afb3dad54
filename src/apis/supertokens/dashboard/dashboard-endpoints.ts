import { z } from 'zod';
import type { Clock } from '../../../kernel/clock.js';
import { addSeconds } from '../../../kernel/clock.js';
import type { NewId } from '../../../kernel/ids.js';
import type { Randomness } from '../../../kernel/randomness.js';
import type { Database } from '../../../platform/database/database.js';
import type { CorePasswords } from '../emailpassword/core-passwords.js';
import { type Call, type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { optionalText, text } from '../protocol/fields.js';
import { sha256 } from '../session/core-refresh-token.js';
import { normalEmail } from '../users/normal-forms.js';
import { newOneTimeToken } from '../users/one-time-token.js';
import {
  type DashboardUserRow,
  deleteDashboardSessions,
  deleteDashboardUser,
  findDashboardSession,
  findDashboardUser,
  insertDashboardSession,
  insertDashboardUser,
  listDashboardUsers,
  updateDashboardUser,
} from './dashboard-user.store.js';

export interface DashboardDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly randomness: Randomness;
  readonly passwords: CorePasswords;
}

const CREDENTIALS = z.object({ email: text, password: text });
const WHO = { userId: optionalText, email: optionalText };
const UPDATE = z.object({ ...WHO, newEmail: optionalText, newPassword: optionalText });
const SESSION_SECONDS = 30 * 86_400;
const UNKNOWN = { status: 'UNKNOWN_USER_ERROR' };
const TAKEN = { status: 'EMAIL_ALREADY_EXISTS_ERROR' };
const PATH = '/recipe/dashboard';

/** Who may use SuperTokens' dashboard, and their signing in. */
export function dashboardEndpoints(deps: DashboardDeps): Endpoint[] {
  const { database, clock, newId, randomness, passwords } = deps;

  function find({ realm }: Call, { userId, email }: { userId?: string; email?: string }) {
    if (userId !== undefined) return findDashboardUser(database, realm, { userId });
    return findDashboardUser(database, realm, { email: normalEmail(email ?? '') });
  }

  async function create({ realm }: Call, input: z.output<typeof CREDENTIALS>) {
    const email = normalEmail(input.email);
    const problem = problemOf(email, input.password);
    if (problem !== undefined) return problem;
    const hash = await passwords.hash(email, input.password);
    const user = { id: newId(), email, hash, createdAt: clock.now() };
    if (!(await insertDashboardUser(database, realm, user))) return TAKEN;
    return { ...OK, user: describe(user) };
  }

  async function update(call: Call, input: z.output<typeof UPDATE>) {
    const { newEmail, newPassword } = input;
    const user = await find(call, only(input));
    if (user === undefined) return UNKNOWN;
    const email = newEmail === undefined ? user.email : normalEmail(newEmail);
    const problem = problemOf(email, newPassword);
    if (problem !== undefined) return problem;
    const hash = newPassword === undefined ? user.hash : await passwords.hash(email, newPassword);
    const changed = await database.transaction(async (sql) => {
      if (!(await updateDashboardUser(sql, call.realm, { id: user.id, email, hash }))) return false;
      await deleteDashboardSessions(sql, call.realm, { userId: user.id });
      return true;
    });
    return changed ? { ...OK, user: describe({ ...user, email }) } : TAKEN;
  }

  async function signIn({ realm }: Call, input: z.output<typeof CREDENTIALS>) {
    const email = normalEmail(input.email);
    const user = await findDashboardUser(database, realm, { email });
    const matches = await passwords.verify(realm, `dashboard ${email}`, input.password, user?.hash);
    if (!matches || user === undefined) return { status: 'INVALID_CREDENTIALS_ERROR' };
    const { token, hash } = newOneTimeToken(randomness);
    const expiresAt = addSeconds(clock.now(), SESSION_SECONDS);
    await insertDashboardSession(database, realm, { hash, userId: user.id, expiresAt });
    return { ...OK, sessionId: token };
  }

  return [
    endpoint({
      method: 'POST',
      path: `${PATH}/signin`,
      scope: 'app',
      input: CREDENTIALS,
      handle: signIn,
    }),
    endpoint({
      method: 'POST',
      path: `${PATH}/session/verify`,
      scope: 'app',
      input: z.object({ sessionId: text }),
      handle: async ({ realm, version }, { sessionId }) => {
        const hash = sha256(sessionId);
        const email = await findDashboardSession(database, realm, hash, clock.now());
        if (email === undefined) return { status: 'INVALID_SESSION_ERROR' };
        return version >= 300 ? { ...OK, email } : OK;
      },
    }),
    endpoint({
      method: 'DELETE',
      path: `${PATH}/session`,
      scope: 'app',
      input: z.object({ sessionId: text }),
      handle: async ({ realm }, { sessionId }) => {
        await deleteDashboardSessions(database, realm, { hash: sha256(sessionId) });
        return OK;
      },
    }),
    endpoint({
      method: 'POST',
      path: `${PATH}/user`,
      scope: 'app',
      input: CREDENTIALS,
      handle: create,
    }),
    endpoint({ method: 'PUT', path: `${PATH}/user`, scope: 'app', input: UPDATE, handle: update }),
    endpoint({
      method: 'DELETE',
      path: `${PATH}/user`,
      scope: 'app',
      input: z.object(WHO),
      handle: async (call, input) => {
        const user = await find(call, only(input));
        if (user !== undefined) await deleteDashboardUser(database, call.realm, user.id);
        return { ...OK, didUserExist: user !== undefined };
      },
    }),
    endpoint({
      method: 'GET',
      path: `${PATH}/users`,
      scope: 'app',
      input: z.object({}),
      handle: async ({ realm }) => {
        const users = await listDashboardUsers(database, realm);
        return { ...OK, users: users.map(describe) };
      },
    }),
  ];
}

function only({ userId, email }: { userId?: string | undefined; email?: string | undefined }) {
  return {
    ...(userId === undefined ? {} : { userId }),
    ...(email === undefined ? {} : { email }),
  };
}

function describe({ id, email, createdAt }: Omit<DashboardUserRow, 'hash'>): object {
  return { email, userId: id, timeJoined: createdAt.getTime() };
}

function problemOf(email: string, password: string | undefined): object | undefined {
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) return { status: 'INVALID_EMAIL_ERROR' };
  if (password === undefined) return undefined;
  const message = weaknessOf(password);
  return message === undefined ? undefined : { status: 'PASSWORD_WEAK_ERROR', message };
}

function weaknessOf(password: string): string | undefined {
  if (password.length < 8) return 'Password must contain at least 8 characters, including a number';
  if (password.length >= 100) return 'Password must be less than 100 characters';
  if (!/[A-Za-z]/.test(password)) return 'Password must contain at least one alphabet';
  return /\d/.test(password) ? undefined : 'Password must contain at least one number';
}
