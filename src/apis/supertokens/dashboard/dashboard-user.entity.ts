import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../../../features/realms/index.js';

const DashboardUserSchema = defineEntity({
  name: 'DashboardUser',
  tableName: 'supertokens_dashboard_users',
  properties: {
    id: p.uuid().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    email: p.text(),
    /** argon2id in PHC string format. */
    hash: p.text(),
    createdAt: p.datetime(),
  },
  uniques: [{ name: 'supertokens_dashboard_users_email_unique', properties: ['realm', 'email'] }],
});

/** Who may use SuperTokens' dashboard. */
export class DashboardUser extends DashboardUserSchema.class {}
DashboardUserSchema.setClass(DashboardUser);

const DashboardSessionSchema = defineEntity({
  name: 'DashboardSession',
  tableName: 'supertokens_dashboard_sessions',
  properties: {
    /** SHA-256 of the session's id, in hexadecimal. */
    hash: p.text().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().createForeignKeyConstraint(false),
    userId: p.uuid(),
    user: () => p.manyToOne(DashboardUser).joinColumns('user_id', 'realm_id').deleteRule('cascade'),
    expiresAt: p.datetime(),
  },
});

export class DashboardSession extends DashboardSessionSchema.class {}
DashboardSessionSchema.setClass(DashboardSession);
