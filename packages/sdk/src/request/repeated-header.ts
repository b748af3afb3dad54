const SINGLE: ReadonlySet<string> = new Set(['authorization', 'content-type', 'host']);

/**
 * The first header that may come once and came twice (RFC 9110 section 5.3). Of two, a proxy in
 * front may have looked at the other one. `rawHeaders` is what node:http read: names and values in
 * turn.
 *
 * @example
 * ```ts
 * import { repeatedHeader } from '@authgraph/sdk';
 *
 * repeatedHeader(['Host', 'a.example', 'Host', 'b.example']); // 'host', whichever comes first
 * ```
 */
export function repeatedHeader(rawHeaders: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (!SINGLE.has(name)) continue;
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}
