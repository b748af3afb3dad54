const MIN_BYTES = 32;
/** A random secret uses more characters than that; "aaaa…" and "0123…0123…" do not. */
const MIN_DISTINCT_CHARACTERS = 12;
const EXAMPLE = /change|example|secret|password|default|placeholder|insecure|xxxx/i;
/** Neighbours that follow each other, as in "abcdef" and "987654". */
const MOST_NEIGHBOURS = 0.5;
const MAKE_ONE = 'make one with: openssl rand -base64 32';

/** What is wrong with a secret that an operator sets; undefined when it looks random. Pure. */
export function secretProblem(value: string): string | undefined {
  if (Buffer.byteLength(value) < MIN_BYTES)
    return `must have at least ${MIN_BYTES} bytes; ${MAKE_ONE}`;
  const isExample = EXAMPLE.test(value) || new Set(value).size < MIN_DISTINCT_CHARACTERS;
  if (isExample || isSequence(value)) {
    return `looks like an example, not like a random value; ${MAKE_ONE}`;
  }
  return undefined;
}

function isSequence(value: string): boolean {
  const codes = [...value].map((character) => character.codePointAt(0) ?? 0);
  const neighbours = codes.filter((code, at) => Math.abs(code - (codes[at - 1] ?? -2)) === 1);
  return neighbours.length > codes.length * MOST_NEIGHBOURS;
}
