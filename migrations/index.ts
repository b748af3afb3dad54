import { FirstSchema } from './20261121000000-first-schema.js';
import { RealmsAndIdentities } from './20261124000000-realms-and-identities.js';
import { SuperTokens } from './20261125001001-supertokens.js';
import { SuperTokensCodes } from './20261125001002-supertokens-codes.js';
import { SuperTokensDashboard } from './20261125001003-supertokens-dashboard.js';
import { SuperTokensImport } from './20261125001501-supertokens-import.js';
import { Jobs } from './20261125003000-jobs.js';
import { Accounts } from './20261125003001-accounts.js';
import { Roles } from './20261125004001-roles.js';
import { UserMetadata } from './20261125004002-user-metadata.js';
import { AuditEvents } from './20261125004003-audit-events.js';
import { BoundSessions } from './20261125005000-bound-sessions.js';
import { SigningSchedules } from './20261125005001-signing-schedules.js';
import { Webhooks } from './20261130001001-webhooks.js';
import { SuperTokensRolesAndMetadata } from './20261130003001-supertokens-roles-and-metadata.js';

/** Every migration, oldest first. A new one is a file in this folder and a line here. */
export const migrations = [
  { name: '20261121000000-first-schema', class: FirstSchema },
  { name: '20261124000000-realms-and-identities', class: RealmsAndIdentities },
  { name: '20261125001001-supertokens', class: SuperTokens },
  { name: '20261125001002-supertokens-codes', class: SuperTokensCodes },
  { name: '20261125001003-supertokens-dashboard', class: SuperTokensDashboard },
  { name: '20261125001501-supertokens-import', class: SuperTokensImport },
  { name: '20261125003000-jobs', class: Jobs },
  { name: '20261125003001-accounts', class: Accounts },
  { name: '20261125004001-roles', class: Roles },
  { name: '20261125004002-user-metadata', class: UserMetadata },
  { name: '20261125004003-audit-events', class: AuditEvents },
  { name: '20261125005000-bound-sessions', class: BoundSessions },
  { name: '20261125005001-signing-schedules', class: SigningSchedules },
  { name: '20261130001001-webhooks', class: Webhooks },
  {
    name: '20261130003001-supertokens-roles-and-metadata',
    class: SuperTokensRolesAndMetadata,
  },
];
