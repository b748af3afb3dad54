import { supertokens } from '../apis/supertokens/index.js';
import { accountDeletion } from '../features/account-deletion/index.js';
import { administration } from '../features/administration/index.js';
import { audit } from '../features/audit/index.js';
import { challenges } from '../features/challenges/index.js';
import { cleanup } from '../features/cleanup/index.js';
import { emailChange } from '../features/email-change/index.js';
import { emailVerification } from '../features/email-verification/index.js';
import { hooks } from '../features/hooks/index.js';
import { invitations } from '../features/invitations/index.js';
import { jobs } from '../features/jobs/index.js';
import { knownDevices } from '../features/known-devices/index.js';
import { mail } from '../features/mail/index.js';
import { metadata } from '../features/metadata/index.js';
import { newDeviceMail } from '../features/new-device-mail/index.js';
import { oneTimeTokens } from '../features/one-time-tokens/index.js';
import { password } from '../features/password/index.js';
import { passwordReset } from '../features/password-reset/index.js';
import { proofs } from '../features/proofs/index.js';
import { realms } from '../features/realms/index.js';
import { roles } from '../features/roles/index.js';
import { sessions } from '../features/sessions/index.js';
import { signingKeys } from '../features/signing-keys/index.js';
import { transfer } from '../features/transfer/index.js';
import { users } from '../features/users/index.js';
import { webhooks } from '../features/webhooks/index.js';
import type { AuthErrorCode } from '../kernel/auth-error.js';
import type { PLATFORM_ERRORS } from '../platform/errors/error-table.js';
import type { Feature } from '../platform/feature.js';
import { GRAPHQL_SETTINGS } from '../platform/graphql/query-cost.js';
import { LIMIT_SETTINGS } from '../platform/limits/limit-settings.js';
import type { Settings } from '../platform/settings/settings.js';

/**
 * All that this service can do. A feature comes after those that it uses; taking a line out takes
 * the capability out, from the schema to the tables that the entities describe.
 */
const ALL = [
  realms,
  mail,
  audit,
  users,
  roles,
  signingKeys,
  proofs,
  knownDevices,
  challenges,
  hooks,
  sessions,
  newDeviceMail,
  oneTimeTokens,
  password,
  metadata,
  passwordReset,
  emailVerification,
  emailChange,
  invitations,
  administration,
  accountDeletion,
  jobs,
  webhooks,
  transfer,
  cleanup,
  supertokens,
] as const;

type AnsweredBy<Of> = Of extends { readonly problems?: infer Table } ? keyof Table : never;
type Unanswered = Exclude<
  AuthErrorCode,
  AnsweredBy<(typeof ALL)[number]> | keyof typeof PLATFORM_ERRORS
>;
/** The table of errors is complete: this does not compile while a code has no answer. */
type IfComplete<List> = [Unanswered] extends [never] ? List : `${Unanswered} has no answer`;

export const FEATURES: readonly Feature[] = ALL satisfies IfComplete<readonly Feature[]>;

/** What can be set for each realm. */
export function settingsOf(features: readonly Feature[]): readonly Settings[] {
  return [GRAPHQL_SETTINGS, LIMIT_SETTINGS, ...features.flatMap(({ settings }) => settings ?? [])];
}
