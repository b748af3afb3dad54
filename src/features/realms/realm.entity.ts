import { defineEntity, p } from '@mikro-orm/core';

const RealmSchema = defineEntity({
  name: 'Realm',
  tableName: 'realms',
  properties: {
    id: p.text().primary(),
    /** What it overrides of the process's settings, by name, as somebody would write it. */
    settings: p.json().$type<Record<string, string>>().default('{}'),
    createdAt: p.datetime().defaultRaw('now()'),
  },
});

/** A realm as it is stored. */
export class StoredRealm extends RealmSchema.class {}
RealmSchema.setClass(StoredRealm);
