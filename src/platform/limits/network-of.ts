import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

const IPV6_PREFIX_BYTES = 8;

/**
 * What counts as one address: all of an IPv6 /64, since every subscriber has at least that many
 * (CVE-2026-45364), and an IPv4 address inside an IPv6 one. Other text is left as it is.
 */
export function networkOf(text: string): string {
  // An IPv4 address has one form only, and not every name of an interface (`%br-lan`) can be read.
  if (isIP(text) !== 6 || !ipaddr.isValid(text)) return text;
  const address = ipaddr.process(text); // ::ffff:192.0.2.1 is 192.0.2.1
  if (address.kind() === 'ipv4') return address.toString();
  return `${Buffer.from(address.toByteArray().slice(0, IPV6_PREFIX_BYTES)).toString('hex')}/64`;
}
