import { migrations } from '../../migrations/index.js';
import type { Storage } from '../platform/database/database-options.js';
import type { Feature } from '../platform/feature.js';
import { FEATURES } from './features.js';

/** What the database holds for these features. The migrations are one list, for all of them. */
export function storageOf(features: readonly Feature[] = FEATURES): Storage {
  return { entities: features.flatMap(({ entities }) => entities ?? []), migrations };
}
