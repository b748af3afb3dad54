import http from 'node:http';
import https from 'node:https';
import { AddressRefused, guardedLookup } from './guarded-lookup.js';
import { hostOf, isPublicAddress, isRefusedHost, type ReceiverRules } from './webhook.policy.js';

/** A receiver answers first and works then. */
const TIMEOUT_MS = 10_000;
const LONGEST_HEADERS = 8_192;

export interface Posted {
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

/** Sends something to a receiver; resolves to the status of its answer. */
export type Post = (url: string, posted: Posted, signal?: AbortSignal) => Promise<number>;

/**
 * Redirects are not followed, and of the answer nothing but its status is read. Rejects when there
 * is none within ten seconds, and with AddressRefused where the rules do not let it call.
 */
export function postBy(rules: ReceiverRules): Post {
  const lookup = guardedLookup((address) => rules.privateAddresses || isPublicAddress(address));
  return async (text, { headers, body }, stop) => {
    const url = new URL(text);
    // An address that is written out is not looked up.
    if (isRefusedHost(hostOf(url), rules)) throw new AddressRefused();
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const signal = stop === undefined ? timeout : AbortSignal.any([timeout, stop]);
    const { request: send } = url.protocol === 'https:' ? https : http;
    const connection = { agent: false, lookup, signal, maxHeaderSize: LONGEST_HEADERS };
    return new Promise((resolve, reject) => {
      const request = send(url, { ...connection, method: 'POST', headers: headersOf(headers) });
      request.on('error', (error) => reject(timeout.aborted ? new Error('no answer') : error));
      request.on('response', (response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      });
      request.end(body);
    });
  };
}

function headersOf(headers: Posted['headers']): Record<string, string> {
  return { 'content-type': 'application/json', 'user-agent': 'authgraph', ...headers };
}
