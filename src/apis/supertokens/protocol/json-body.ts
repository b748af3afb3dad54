import { refuse } from './core-error.js';

/** Deeper than any honest document; what walks it would run out of stack far later. */
const MAX_DEPTH = 200;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The JSON in a body; null for an empty one. Refuses what is none, or no UTF-8. */
export function parseJson(body: unknown): unknown {
  if (!(body instanceof Uint8Array) || body.length === 0) return null;
  try {
    const value: unknown = JSON.parse(UTF8.decode(body));
    if (isShallow(value, MAX_DEPTH)) return value;
  } catch {
    // refused below
  }
  return refuse(400, 'Invalid Json Input');
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((member) => isShallow(member, depth - 1));
}
