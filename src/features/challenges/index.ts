import { feature } from '../../platform/feature.js';
import { SingleUse } from '../../platform/limits/single-use.js';
import { altcha } from './altcha.js';
import { CHALLENGE_PROBLEMS } from './challenge-errors.js';
import { CHALLENGE_SETTINGS } from './challenge-settings.js';
import { Challenges } from './challenges.js';

export { ChallengeRequired } from './challenge-errors.js';
export type { Challenges } from './challenges.js';

/** A proof of work for unknown devices, while sign-ins fail in masses. */
export const challenges = feature({
  name: 'challenges',
  settings: CHALLENGE_SETTINGS,
  problems: CHALLENGE_PROBLEMS,
  create({ clock, limits, metrics, secrets, redis }) {
    const keys = secrets.macKeys('challenges').map((key) => key.toString('base64'));
    const deps = { clock, limits, metrics, altcha: altcha(keys) };
    return {
      parts: { challenges: new Challenges({ ...deps, used: new SingleUse('challenge', redis) }) },
    };
  },
});
