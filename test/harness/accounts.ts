import { REFRESH, type Send, SIGN_IN, type TestUser } from './graphql-client.js';

/** Signs a user in once more, into a session of its own. */
export async function signInAgain(
  send: Send,
  user: TestUser,
  headers: Record<string, string> = {},
): Promise<TestUser> {
  const { body } = await send(
    SIGN_IN,
    { input: { email: user.email, password: user.password } },
    headers,
  );
  const { session, tokens, __typename } = body.data.signIn;
  if (__typename !== 'SignedIn') throw new Error(`sign-in answered ${JSON.stringify(body)}`);
  return { ...user, sessionId: session.id, ...tokens };
}

/** What `refreshSession` answers to a token in its input. */
// biome-ignore lint/suspicious/noExplicitAny: JSON from the wire, asserted on by the tests
export async function refresh(send: Send, refreshToken: string): Promise<any> {
  return (await send(REFRESH, { refreshToken })).body.data.refreshSession;
}
