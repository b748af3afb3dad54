/** There is no such session, or not any more. */
export function unauthorised(message: string) {
  return { status: 'UNAUTHORISED', message } as const;
}

/** The access token will not do: a refresh may help. */
export function tryRefreshToken(message: string) {
  return { status: 'TRY_REFRESH_TOKEN', message } as const;
}
