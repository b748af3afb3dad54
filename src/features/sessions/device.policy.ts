import Bowser from 'bowser';

const KINDS = { desktop: 'DESKTOP', mobile: 'MOBILE', tablet: 'TABLET', tv: 'TV' } as const;

/** What kind of thing somebody signed in on. */
export type DeviceKind = (typeof KINDS)[keyof typeof KINDS] | 'OTHER';

/** What a user agent says of the device; a hint for people, since anybody can write anything. */
export interface NamedDevice {
  /** Such as `Firefox on Linux`: without versions, so that it stays the same. */
  readonly name: string;
  readonly kind: DeviceKind;
}

/** Reads a `User-Agent` header; undefined when it says nothing that people would know. Pure. */
export function deviceOf(userAgent: string | null): NamedDevice | undefined {
  if (!userAgent) return undefined;
  const { browser, os, platform } = Bowser.parse(userAgent);
  const names = [browser.name, os.name].filter((name) => name !== undefined && name !== '');
  if (names.length === 0) return undefined;
  const kind = KINDS[platform.type as keyof typeof KINDS] ?? 'OTHER'; // whatever it is called
  return { name: names.join(' on '), kind };
}
