import type { ServerResponse } from 'node:http';
import { ANTI_CSRF_HEADER, clearSession, type Delivery, ID_HEADER } from './cookies.js';
import { CLASSIC_ERRORS, isErrorFromAuth } from './errors.js';
import { classic } from './instance.js';

/** Sets the cookies and headers of a delivery. */
export function deliver(response: ServerResponse, { cookies, headers }: Delivery): void {
  response.appendHeader('Set-Cookie', [...cookies]);
  const names = Object.keys(headers);
  for (const name of names) response.setHeader(name, headers[name] ?? '');
  // A page of another origin could not read them else.
  if (names.length > 0) {
    response.setHeader('Access-Control-Expose-Headers', `${ID_HEADER}, ${ANTI_CSRF_HEADER}`);
  }
}

/** Rejects with the error; without cookies, where it says that the session is over. */
export function clearedFor(response: ServerResponse, error: unknown): never {
  const isOver =
    isErrorFromAuth(error) &&
    (error.errType === CLASSIC_ERRORS.UNAUTHORISED ||
      error.errType === CLASSIC_ERRORS.UNAUTHORISED_AND_TOKEN_THEFT_DETECTED);
  if (isOver) deliver(response, clearSession(classic().config));
  throw error;
}
