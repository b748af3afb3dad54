import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ANNOUNCEMENTS } from './announcement.policy.js';

const LONGEST_URL = 2_000;
/** The high bits of all global unicast IPv6 addresses, 2000::/3 (RFC 4291). */
const GLOBAL_UNICAST = { mask: 0xe0, bits: 0x20 };

/** Which receivers this service calls. */
export interface ReceiverRules {
  readonly httpsOnly: boolean;
  readonly privateAddresses: boolean;
}

/**
 * False for what leads into this machine or its network, however it is written: loopback, private,
 * link-local, carrier-grade NAT, multicast, and IPv6 that carries IPv4 (mapped, 6to4, NAT64). Pure.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text); // ::ffff:192.0.2.1 is 192.0.2.1
  if (address.range() !== 'unicast') return false;
  const [first = 0] = address.toByteArray();
  return address.kind() === 'ipv4' || (first & GLOBAL_UNICAST.mask) === GLOBAL_UNICAST.bits;
}

/** What a URL leads to, as it is resolved or connected to: `[::1]` is `::1`. Pure. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** True for an address that is written out in a URL and may not be called. Pure. */
export function isRefusedHost(host: string, { privateAddresses }: ReceiverRules): boolean {
  return !privateAddresses && isIP(host) !== 0 && !isPublicAddress(host);
}

/** Why a webhook cannot be like this; undefined when it can. Pure. */
export function webhookProblem(
  { url, events }: { readonly url: string; readonly events: readonly string[] },
  rules: ReceiverRules,
): string | undefined {
  if (events.length === 0) return 'A webhook needs at least one event.';
  if (!events.every((event) => Object.hasOwn(ANNOUNCEMENTS, event)))
    return `The events that there are: ${Object.keys(ANNOUNCEMENTS).join(', ')}.`;
  if (url.length > LONGEST_URL) return `A URL has at most ${LONGEST_URL} characters.`;
  return URL.canParse(url) ? urlProblem(new URL(url), rules) : 'This is not a URL.';
}

function urlProblem(url: URL, rules: ReceiverRules): string | undefined {
  if (url.protocol !== 'https:' && (rules.httpsOnly || url.protocol !== 'http:'))
    return 'The URL must start with https://.';
  if (url.username !== '' || url.password !== '')
    return 'The URL must not have a user name or password: signatures say who calls.';
  if (url.hash !== '') return 'The URL must not have a fragment.';
  const host = hostOf(url);
  const isLocal = /(?:^|\.)localhost\.?$/.test(host) && !rules.privateAddresses;
  return isLocal || isRefusedHost(host, rules)
    ? 'The URL must not lead to a private address.'
    : undefined;
}
