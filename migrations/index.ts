import { FirstSchema } from './20261121000000-first-schema.js';

/** Every migration, oldest first. A new one is a file in this folder and a line here. */
export const migrations = [FirstSchema];
