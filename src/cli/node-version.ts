/** What is wrong with the Node.js that runs this; undefined when nothing is. */
export function nodeVersionProblem(version: string, needed: string): string | undefined {
  const wanted = /\d+(?:\.\d+)*/.exec(needed)?.[0] ?? '0';
  if (isAtLeast(version, wanted)) return undefined;
  return (
    `this is Node.js ${version}, and authgraph needs ${wanted} or later. ` +
    '"npm install node@24" puts one beside it, for "npx authgraph" and npm\'s scripts; ' +
    'in a checkout "npm ci" has done so.'
  );
}

function isAtLeast(version: string, wanted: string): boolean {
  const [have, need] = [numbersOf(version), numbersOf(wanted)];
  const differing = need.findIndex((number, place) => (have[place] ?? 0) !== number);
  return differing === -1 || (have[differing] ?? 0) > (need[differing] ?? 0);
}

function numbersOf(version: string): number[] {
  return version.split('.').map(Number);
}
