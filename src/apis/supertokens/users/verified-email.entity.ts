import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../../../features/realms/index.js';

const VerifiedEmailSchema = defineEntity({
  name: 'VerifiedEmail',
  tableName: 'supertokens_verified_emails',
  properties: {
    /** Any text: SDKs verify addresses of users whom nobody knows. */
    subject: p.text().primary(),
    email: p.text().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
  },
});

/** That an address is a user's. It stays when they change it, and holds again when they go back. */
export class VerifiedEmail extends VerifiedEmailSchema.class {}
VerifiedEmailSchema.setClass(VerifiedEmail);

const OneTimeTokenSchema = defineEntity({
  name: 'CoreOneTimeToken',
  tableName: 'supertokens_tokens',
  properties: {
    /** SHA-256 of the token, in hexadecimal. */
    hash: p.text().primary(),
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    purpose: p.text().$type<'password-reset' | 'email-verification'>(),
    tenantId: p.text(),
    subject: p.text(),
    /** As it was given. */
    email: p.text(),
    expiresAt: p.datetime(),
  },
  indexes: [{ name: 'supertokens_tokens_subject_index', properties: ['realm', 'subject'] }],
});

/** What a mail brings to reset a password or verify an address. */
export class CoreOneTimeToken extends OneTimeTokenSchema.class {}
OneTimeTokenSchema.setClass(CoreOneTimeToken);
