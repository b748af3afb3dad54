import { feature } from '../../platform/feature.js';
import { sessions } from '../sessions/index.js';
import { users } from '../users/index.js';
import { MetadataResolver } from './metadata.resolver.js';
import { METADATA_PROBLEMS } from './metadata-errors.js';
import { UpdateMetadata } from './update-metadata.js';

export { metadataProblem } from './metadata.policy.js';

/** What applications store with a user, and change by merge patches. */
export const metadata = feature({
  name: 'metadata',
  resolvers: [MetadataResolver],
  problems: METADATA_PROBLEMS,
  create({ database, events, errors }, use) {
    use(users);
    use(sessions);
    const update = new UpdateMetadata({ database, events });
    return { parts: { update }, resolvers: [new MetadataResolver(errors, update)] };
  },
});
