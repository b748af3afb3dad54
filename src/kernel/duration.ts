const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** Reads a duration such as `30s`, `10m`, `12h`, `14d`, in seconds; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,6})(s|m|h|d)$/.exec(text) ?? [];
  // the pattern allows no other unit
  return amount === undefined ? undefined : Number(amount) * SECONDS[unit as keyof typeof SECONDS];
}
