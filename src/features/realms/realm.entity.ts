import { defineEntity, p } from '@mikro-orm/core';

/** The realm that the first migration makes; there is no API to make others yet. */
export const DEFAULT_REALM = 'default';

const RealmSchema = defineEntity({
  name: 'Realm',
  tableName: 'realms',
  properties: {
    id: p.text().primary(),
    createdAt: p.datetime().defaultRaw('now()'),
  },
});

/** An isolated set of users, sessions, keys and settings. Everything stored belongs to one. */
export class Realm extends RealmSchema.class {}
RealmSchema.setClass(Realm);
