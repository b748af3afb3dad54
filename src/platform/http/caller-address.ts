import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/**
 * Where a request came from. What X-Forwarded-For says counts as far as it is an address: a proxy
 * passes on whatever text its own client has sent. Else it is the last hop that is known.
 */
export function callerAddress({ ips, ip }: Pick<FastifyRequest, 'ip' | 'ips'>): string {
  return ips?.findLast((hop) => isIP(hop) !== 0) ?? ip;
}
