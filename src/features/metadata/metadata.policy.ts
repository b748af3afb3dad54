/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: unknown;
}

const LARGEST_BYTES = 8_192;
const DEEPEST = 10;
/** An object that is made by somebody else must not carry a prototype. */
const NO_KEY = '__proto__';

/**
 * What becomes of `target` by a JSON merge patch: null removes a key, objects are merged, anything
 * else replaces (RFC 7396 section 2). Pure.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/** Why this is no patch of metadata; undefined when it is one. Pure. */
export function patchProblem(patch: unknown): string | undefined {
  if (!isObject(patch)) return 'A patch of metadata is a JSON object.';
  return valueProblem(patch, 0);
}

/** Why this cannot be stored as metadata; undefined when it can. Pure. */
export function metadataProblem(metadata: JsonObject): string | undefined {
  return patchProblem(metadata) ?? sizeProblem(metadata);
}

/** Why this is too much to store; undefined when it is not. Pure. */
export function sizeProblem(metadata: JsonObject): string | undefined {
  return byteLength(metadata) > LARGEST_BYTES
    ? `Metadata is at most ${LARGEST_BYTES} bytes of JSON.`
    : undefined;
}

export function byteLength(metadata: JsonObject): number {
  return Buffer.byteLength(JSON.stringify(metadata));
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueProblem(value: unknown, depth: number): string | undefined {
  if (depth > DEEPEST) return `Metadata is at most ${DEEPEST} levels deep.`;
  if (typeof value === 'string' && !isStorable(value)) {
    return 'Metadata is well-formed Unicode without U+0000.';
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    if (key === NO_KEY || !isStorable(key)) return 'Metadata has a key that cannot be stored.';
    const problem = valueProblem(member, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** PostgreSQL's JSON holds neither U+0000 nor lone surrogates. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}
