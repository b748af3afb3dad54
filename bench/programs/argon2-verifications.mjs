// Argon2id verifications and nothing else, a fixed number at a time.
import { hash, verify } from '@node-rs/argon2';
import { once } from './once.mjs';

/**
 * @typedef {{ parameters: { memoryCost: number, timeCost: number, parallelism: number },
 * concurrency: number, seconds: number }} Verifications
 */

once(async (/** @type {Verifications} */ { parameters, concurrency, seconds }) => {
  const phc = await hash('mauve-otter-climbs-77', parameters);
  const before = process.cpuUsage();
  const started = performance.now();
  const until = started + seconds * 1000;
  let done = 0;

  async function verifyUntilTheEnd() {
    while (performance.now() < until) {
      if (!(await verify(phc, 'mauve-otter-climbs-77')))
        throw new Error('the password does not match its own hash');
      done += 1;
    }
  }

  await Promise.all(Array.from({ length: concurrency }, verifyUntilTheEnd));
  const { user, system } = process.cpuUsage(before);
  return {
    done,
    processorSeconds: (user + system) / 1e6,
    seconds: (performance.now() - started) / 1000,
  };
});
