import { feature } from '../../platform/feature.js';
import { SingleUse } from '../../platform/limits/single-use.js';
import { ProofResolver } from './proof.resolver.js';
import { PROOF_PROBLEMS } from './proof-errors.js';
import { ProofNonces } from './proof-nonces.js';
import { PROOF_SETTINGS } from './proof-settings.js';
import { Proofs } from './proofs.js';

export type { Proofs } from './proofs.js';

/** Proofs of possession (RFC 9449, DPoP), by which sessions are bound to a key of the client. */
export const proofs = feature({
  name: 'proofs',
  settings: PROOF_SETTINGS,
  resolvers: [ProofResolver],
  problems: PROOF_PROBLEMS,
  create({ clock, secrets, redis, process }) {
    const nonces = new ProofNonces(secrets.macKeys('proof-nonces'));
    const used = new SingleUse('proof', redis);
    return {
      parts: { proofs: new Proofs({ clock, nonces, used, process }) },
      resolvers: [new ProofResolver()],
    };
  },
});
