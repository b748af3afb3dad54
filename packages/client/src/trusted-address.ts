import { browser } from './browser.js';

/** Whether a request to `address` goes to `url`, whatever the query. */
export function isAddress(address: string, url: string): boolean {
  return originOf(address) === originOf(url) && pathOf(address) === pathOf(url);
}

/**
 * Nothing that the URL standard would read as another host: no user info, no backslashes, no
 * control characters.
 */
const ABSOLUTE = /^(https?:\/\/[^/?#\\@\s]+)(?=[/?#]|$)/i;
const ROOTED = /^\/(?![/\\\s])/;

/**
 * React Native's URL class knows no origins. Undefined for what this cannot tell for sure, which
 * then is given no token.
 */
export function originOf(address: string): string | undefined {
  if (ROOTED.test(address)) return browser.location?.origin;
  return ABSOLUTE.exec(address)?.[1]?.toLowerCase();
}

function pathOf(address: string): string | undefined {
  return address.replace(ABSOLUTE, '').split(/[?#]/, 1)[0];
}

/** The whole URL of a request, as a proof names it. */
export function addressWithoutQuery(address: string): string {
  const start = ROOTED.test(address) ? (browser.location?.origin ?? '') : '';
  return start + (address.split(/[?#]/, 1)[0] ?? '');
}
