import { isId } from '../../../kernel/ids.js';
import type { Seal } from '../../../kernel/secrets.js';
import type { Database, SqlExecutor } from '../../../platform/database/database.js';
import type { App } from '../apps/app.js';
import { adoptFacts, adoptRole } from './adopt-facts.store.js';
import { type AdoptKeysDeps, adoptKeys } from './adopt-keys.js';
import { adoptSessions } from './adopt-sessions.store.js';
import { adoptTenants } from './adopt-tenants.js';
import { adoptTotp } from './adopt-totp.js';
import { adoptUsers } from './adopt-users.store.js';
import { adoptedUser } from './adopted-user.js';
import {
  type CoreFact,
  type CoreSessionOfSource,
  type FactKind,
  readFacts,
  readRoles,
  readSessions,
  readUsers,
} from './core-source.store.js';
import type { CoreSource } from './source.js';

export interface ImportAppDeps extends AdoptKeysDeps {
  /** Without a limit on statements. */
  readonly database: Database;
  readonly now: Date;
  readonly totpSeal: Seal;
  readonly firebaseSignerKey?: string;
  /** Told after each page, which is committed then. */
  readonly progress: (kind: string, done: number) => void;
}

/** What an import did. Rows that were there before are not counted as added. */
export interface ImportReport {
  /** By kind. */
  readonly added: Record<string, number>;
  /** Passwords whose hash nobody can verify here: their owners reset them. */
  unknownHashes: number;
  /** Addresses, numbers or accounts that another user of the realm has already. */
  takenIdentifiers: number;
  /** Sessions with a handle that no core makes. */
  oddSessions: number;
}

const PAGE = 2_000;
const FACTS: readonly FactKind[] = [
  'verified emails',
  'metadata',
  'role assignments',
  'last active times',
  'TOTP devices',
];

/** Takes over an app, page by page, each in a transaction: whoever stops it can start it again. */
export async function importApp(
  deps: ImportAppDeps,
  source: CoreSource,
  app: App,
): Promise<ImportReport> {
  const { database, keys } = deps;
  const { realm, id: appId } = app;
  const report = { added: {}, unknownHashes: 0, takenIdentifiers: 0, oddSessions: 0 };
  await database.transaction(async (sql) => {
    add(report, 'tenants', await adoptTenants(source, sql, realm, appId));
    add(report, 'signing keys', await adoptKeys(deps, source, sql, { realm, appId }));
    add(report, 'roles', await adoptRoles(source, sql, app));
  });
  await keys.announce(realm);
  await importUsers(deps, source, app, report);
  for (const kind of FACTS) await importFacts(deps, source, app, { kind, report });
  await importSessions(deps, source, app, report);
  return report;
}

function add(report: ImportReport, kind: string, count: number): void {
  report.added[kind] = (report.added[kind] ?? 0) + count;
}

async function adoptRoles(
  source: CoreSource,
  sql: SqlExecutor,
  { id, realm }: App,
): Promise<number> {
  let added = 0;
  for (const role of await readRoles(source, id)) if (await adoptRole(sql, realm, role)) added++;
  return added;
}

async function importUsers(
  deps: ImportAppDeps,
  source: CoreSource,
  { id: appId, realm }: App,
  report: ImportReport,
): Promise<void> {
  let done = 0;
  for (let after = ''; ; ) {
    const page = await readUsers(source, appId, after, PAGE);
    const adopted = page
      .map((user) => adoptedUser(user, deps))
      .filter((each) => each !== undefined);
    const users = adopted.map(({ user }) => user);
    const memberships = adopted.flatMap((each) => each.memberships);
    const { added, taken } = await deps.database.transaction((sql) =>
      adoptUsers(sql, realm, users, memberships),
    );
    const hashes = page.filter(({ passwordHash }) => passwordHash !== null).length;
    report.unknownHashes += hashes - users.filter(({ hash }) => hash !== null).length;
    report.takenIdentifiers += taken;
    add(report, 'users', added);
    done += page.length;
    deps.progress('users', done);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.id;
  }
}

async function importFacts(
  deps: ImportAppDeps,
  source: CoreSource,
  { id: appId, realm }: App,
  { kind, report }: { readonly kind: FactKind; readonly report: ImportReport },
): Promise<void> {
  let done = 0;
  for (let after: CoreFact = { subject: '', value: '', tenant: '' }; ; ) {
    const page = await readFacts(source, { appId, kind }, after, PAGE);
    const added = await deps.database.transaction((sql) =>
      kind === 'TOTP devices'
        ? adoptTotp(deps, sql, realm, page)
        : adoptFacts(sql, realm, kind, page),
    );
    add(report, kind, added);
    done += page.length;
    deps.progress(kind, done);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last;
  }
}

async function importSessions(
  { database, now, progress }: ImportAppDeps,
  source: CoreSource,
  { id: appId, realm, config }: App,
  report: ImportReport,
): Promise<void> {
  const accessExpiresAt = new Date(now.getTime() + config.accessTokenMs);
  let done = 0;
  for (let after = { tenantId: '', handle: '' }; ; ) {
    const page = await readSessions(source, appId, after, { now, limit: PAGE });
    const sessions = page.map(adoptedSession).filter(({ id }) => isId(id));
    const added = await database.transaction((sql) =>
      adoptSessions(sql, realm, sessions, accessExpiresAt),
    );
    report.oddSessions += page.length - sessions.length;
    add(report, 'sessions', added);
    done += page.length;
    progress('sessions', done);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last;
  }
}

function adoptedSession({ handle, expires, created, ...session }: CoreSessionOfSource) {
  return {
    ...session,
    id: handle.split('_')[0]?.toLowerCase() ?? '',
    ownId: isId(session.subject) ? session.subject : null,
    expiresAt: new Date(Number(expires)).toISOString(),
    createdAt: new Date(Number(created)).toISOString(),
  };
}
