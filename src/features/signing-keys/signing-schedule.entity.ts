import { defineEntity, p } from '@mikro-orm/core';
import { StoredRealm } from '../realms/index.js';

const SigningScheduleSchema = defineEntity({
  name: 'SigningSchedule',
  tableName: 'signing_schedules',
  properties: {
    realm: () => p.manyToOne(StoredRealm).primary().deleteRule('cascade'),
    algorithm: p.text(),
    /** Seconds. */
    jwksMaxAge: p.integer(),
    tokenLifetime: p.integer(),
    rotationPeriod: p.integer(),
  },
});

/**
 * By what settings the nodes sign: a command that makes a key may run where the environment says
 * something else, or nothing.
 */
export class SigningSchedule extends SigningScheduleSchema.class {}
SigningScheduleSchema.setClass(SigningSchedule);
