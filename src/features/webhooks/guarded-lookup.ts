import dns from 'node:dns';
import type { LookupFunction } from 'node:net';

/** What a name resolves to may not be called. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';

  constructor() {
    super('it leads to a private address, which webhooks may not call');
  }
}

/** Resolves to all addresses of a name. */
export type ResolveAll = (
  hostname: string,
  options: dns.LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: dns.LookupAddress[]) => void,
) => void;

/**
 * The `lookup` of a connection: what comes out of it is what is connected to, so a name that is
 * resolved to another address a moment later gains nothing (DNS rebinding).
 */
export function guardedLookup(
  isAllowed: (address: string) => boolean,
  resolve: ResolveAll = dns.lookup,
): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, '', 0);
      const allowed = addresses.filter(({ address }) => isAllowed(address));
      const [first] = allowed;
      if (first === undefined) return done(new AddressRefused(), '', 0);
      if (options.all) return done(null, allowed);
      return done(null, first.address, first.family);
    });
  };
}
