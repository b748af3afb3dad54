type JsonObject = Readonly<Record<string, unknown>>;

/** A cookie holds the whole token, in at most 4,096 bytes. */
const MOST_BYTES = 1_024;

/** Of a user's public metadata what tokens carry, when it is not too long. Pure. */
export function tokenMetadata(
  metadata: JsonObject,
  keys: readonly string[],
): JsonObject | undefined {
  const entries = Object.entries(metadata).filter(([key]) => keys.includes(key));
  const found = Object.fromEntries(entries);
  return entries.length > 0 && byteLength(found) <= MOST_BYTES ? found : undefined;
}

/** True when tokens can carry these keys. Pure. */
export function fitsToken(metadata: JsonObject, keys: readonly string[]): boolean {
  return (
    tokenMetadata(metadata, keys) !== undefined || !keys.some((key) => Object.hasOwn(metadata, key))
  );
}

function byteLength(value: JsonObject): number {
  return Buffer.byteLength(JSON.stringify(value));
}
