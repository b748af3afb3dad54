import { randomUUID } from 'node:crypto';
import { post } from './http-post.mjs';

const SIGN_UP = `mutation SignUp($input: SignUpInput!) { signUp(input: $input) { __typename
  ... on SignedIn { user { id } session { id } tokens { accessToken refreshToken } }
  ... on Problem { message } } }`;

const PASSWORD = 'mauve-otter-climbs-77';

/**
 * Signs new users up.
 * @param {string} url
 * @param {number} count
 * @returns {Promise<{ email: string, accessToken: string, refreshToken: string }[]>}
 */
export async function signUpUsers(url, count) {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const email = `${randomUUID()}@bench.example.com`;
      const body = await post(url, {
        query: SIGN_UP,
        variables: { input: { email, password: PASSWORD } },
      });
      if (body.data?.signUp.__typename !== 'SignedIn')
        throw new Error(`sign-up was answered with ${JSON.stringify(body)}`);
      const { accessToken, refreshToken } = body.data.signUp.tokens;
      return { email, accessToken, refreshToken };
    }),
  );
}

const SIGN_IN = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { __typename
  ... on SignedIn { tokens { accessToken refreshToken } } ... on Problem { message } } }`;

/** What the answer to a sign-in that worked holds. */
export const SIGNED_IN = '"accessToken":"';

/** The operation that signs a user in. @param {{ email: string }} user */
export function signInOperation({ email }) {
  return { query: SIGN_IN, variables: { input: { email, password: PASSWORD } } };
}
