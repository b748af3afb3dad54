import { GOOD_PASSWORD, REFRESH, SIGN_IN, SIGN_UP } from './graphql-client.js';

/** What one shot was answered with: the HTTP status, and `__typename` or the error's code. */
export interface Shot {
  readonly status: number;
  readonly answer: string;
}

export type Post = (
  body: string,
  from?: { readonly address?: string; readonly headers?: Record<string, string> },
) => Promise<Shot>;

/** One row of the table: fired by `parallel` attackers at once for as long as it lasts. */
export interface Attack {
  readonly name: string;
  /** In words, for the table. */
  readonly bound: string;
  readonly parallel: number;
  readonly shoot: (n: number) => Promise<Shot>;
  /** What every shot has to be answered with, as "status answer". */
  readonly answers: RegExp;
  /** How often one of these answers may come at most, however long the attack is. */
  readonly most?: { readonly answer: string; readonly times: number };
}

export interface Overheard {
  readonly token: string;
  readonly headers: { readonly dpop: string };
}

/** What attackers know. */
export interface Target {
  readonly post: Post;
  /** A refresh of a session that is bound to a key, as it goes over the line the first time. */
  readonly overhear: () => Promise<Overheard>;
}

const VICTIMS = 50;
const SOMEBODY = '019d0000-0000-7000-8000-000000000000';
const RESET_PASSWORD = `mutation ($input: ResetPasswordInput!) {
  resetPassword(input: $input) { __typename } }`;

const times = (count: number, text: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n)).join(' ');
export const operation = (query: string, variables: object = {}) =>
  JSON.stringify({ query, variables });
const guess = (n: number) =>
  `a${n}: signIn(input: { email: "a@example.com", password: "${n}" }) { __typename }`;
const wrongPassword = (n: number) => {
  const email = `victim-${n % VICTIMS}@example.com`;
  return operation(SIGN_IN, { input: { email, password: `wrong ${n}` } });
};

export function attacksOn(target: Target): readonly Attack[] {
  return [...costlyDocuments(target), ...guesses(target), ...floods(target)];
}

/** Refused before anything is loaded. */
function costlyDocuments({ post }: Target): Attack[] {
  const representations = Array.from({ length: 100 }, () => ({ __typename: 'User', id: SOMEBODY }));
  const documents: { readonly [name: string]: string } = {
    '100 representations, 30 aliases each': operation(
      `query ($r: [_Any!]!) { _entities(representations: $r) { ... on User {
        ${times(30, (n) => `a${n}: sessions(first: 100) { nodes { id } }`)} } } }`,
      { r: representations },
    ),
    'nested lists, 20 times each': operation(
      `{ users(first: 100) { nodes { ${times(20, (n) => `a${n}: sessions { totalCount }`)} } } }`,
    ),
    'fragments that double 60 times': operation(
      `{ me { ...F0 } } ${times(60, (n) => `fragment F${n} on User { ...F${n + 1} ...F${n + 1} }`)}
       fragment F60 on User { id }`,
    ),
    'introspection that nests': operation(
      `{ __schema { types { ${'fields { type { '.repeat(8)} name ${'} }'.repeat(8)} } } }`,
    ),
    '20 guesses in one document': operation(`mutation { ${times(20, guess)} }`),
    '20 guesses in one batch': `[${Array.from({ length: 20 }, (_, n) => wrongPassword(n))}]`,
  };
  return Object.entries(documents).map(([name, body]) => ({
    name,
    bound: '400',
    parallel: 8,
    shoot: () => post(body),
    answers: /^400 /,
  }));
}

function guesses(target: Target): Attack[] {
  const { post } = target;
  return [
    {
      name: 'a login flood from one host',
      bound: '100 guesses',
      parallel: 40,
      shoot: (n) => post(wrongPassword(n)),
      answers: /^200 (?:InvalidCredentials|RateLimited)$/,
      most: { answer: '200 InvalidCredentials', times: 100 },
    },
    {
      name: 'a login flood from many hosts',
      bound: '10 guesses an account',
      parallel: 40,
      shoot: (n) => post(wrongPassword(n), { address: `10.1.${n % 250}.${(n * 7) % 250}` }),
      answers: /^200 (?:InvalidCredentials|RateLimited)$/,
      most: { answer: '200 InvalidCredentials', times: 10 * VICTIMS },
    },
    {
      name: 'a flood of sign-ups from one host',
      bound: '20 an hour',
      parallel: 8,
      shoot: (n) => {
        const input = { email: `s${n}@example.com`, password: 'short' };
        return post(operation(SIGN_UP, { input }));
      },
      answers: /^200 (?:WeakPassword|RateLimited)$/,
      most: { answer: '200 WeakPassword', times: 20 },
    },
    {
      name: 'guessed links of mails',
      bound: 'rejected, nothing hashed',
      parallel: 20,
      shoot: (n) => {
        const input = { token: `ag_ot_${`${n}`.padEnd(43, 'A')}`, newPassword: GOOD_PASSWORD };
        return post(operation(RESET_PASSWORD, { input }));
      },
      answers: /^200 TokenRejected$/,
    },
    {
      name: 'guessed refresh tokens',
      bound: 'rejected, no query',
      parallel: 20,
      shoot: (n) => post(operation(REFRESH, { refreshToken: `ag_rt_${`${n}`.padEnd(91, 'A')}` })),
      answers: /^200 RefreshRejected$/,
    },
    {
      name: 'a refresh and its proof, overheard and sent again',
      bound: 'refreshed once',
      parallel: 20,
      shoot: async () => {
        const { token: refreshToken, headers } = await target.overhear();
        return post(operation(REFRESH, { refreshToken }), { headers });
      },
      answers: /^200 (?:SessionRefreshed|INVALID_DPOP_PROOF)$/,
      most: { answer: '200 SessionRefreshed', times: 1 },
    },
  ];
}

function floods({ post }: Target): Attack[] {
  const me = operation('{ me { id } }');
  const thousand = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`x-${n}`, 'y']));
  return [
    {
      name: 'bodies of 2 MB',
      bound: '413',
      parallel: 4,
      shoot: () => post(operation('{ me { id } }', { x: 'x'.repeat(2_000_000) })),
      answers: /^413 |^0 hung up$/,
    },
    {
      name: 'headers of 40 KB',
      bound: '431',
      parallel: 20,
      shoot: () => post(me, { headers: { 'x-flood': 'x'.repeat(40_000) } }),
      answers: /^431 |^0 hung up$/,
    },
    {
      name: 'a thousand headers',
      bound: 'as one',
      parallel: 20,
      shoot: () => post(me, { headers: thousand }),
      answers: /^(?:200|400|431) /,
    },
  ];
}
