import { expect, it } from 'vitest';
import { nodeVersionProblem } from './node-version.js';

it.each(['22.17.0', '22.17.1', '22.18.0', '24.0.0', '100.1.0'])('takes Node.js %s', (version) => {
  expect(nodeVersionProblem(version, '>=22.17')).toBeUndefined();
});

it.each(['18.20.8', '20.20.2', '22.16.0', '22.2.0'])(
  'says of Node.js %s what is needed, and where it is',
  (version) => {
    const problem = nodeVersionProblem(version, '>=22.17');
    expect(problem).toContain(`Node.js ${version}`);
    expect(problem).toContain('22.17 or later');
    expect(problem).toMatch(/"npm install node@24".*"npx authgraph".*"npm ci"/);
  },
);
