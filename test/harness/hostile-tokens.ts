import type { TokenErrorCode } from '@authgraph/sdk';
import {
  asJson,
  attackerJwk,
  attackerKid,
  BEYOND_ALL_NUMBERS,
  changeSignature,
  changeSpareBits,
  encode,
  type Forge,
  headerOf,
  PUBLIC_KEY_ENCODINGS,
  signed,
  signedByAttacker,
  signedText,
  signedWithSecret,
  unsigned,
} from './token-forge.js';

/** A token that every verifier has to refuse. */
export interface HostileToken {
  readonly name: string;
  /** The row of the security requirements that it breaks. */
  readonly requirement: 16 | 17 | 18;
  readonly make: (forge: Forge) => string | Promise<string>;
  /** What a verifier has to say about it. */
  readonly code: TokenErrorCode;
  /**
   * False for text that HTTP itself trims or cannot carry: only a verifier that is called directly
   * sees it.
   */
  readonly fitsHeader: boolean;
}

const token = (
  requirement: 16 | 17 | 18,
  name: string,
  make: HostileToken['make'],
  more: Partial<HostileToken> = {},
): HostileToken => ({
  name,
  requirement,
  make,
  code: 'TOKEN_INVALID',
  fitsHeader: true,
  ...more,
});

const ANOTHER_ID = '0193a5c0-0000-7000-8000-000000000001';
const SOON = () => Math.floor(Date.now() / 1000) + 600;

/** Requirement 16: an exact list of algorithms, each with a key of its own kind. */
const ALGORITHMS: readonly HostileToken[] = [
  ...['none', 'None', 'NONE', 'nOnE'].flatMap((alg) => [
    token(16, `alg ${alg} without a signature`, (forge) => `${unsigned(forge, { alg })}.`),
    token(16, `alg ${alg} with the signature of a genuine token`, (forge) =>
      signed(forge, { alg }),
    ),
    token(16, `alg ${alg} with a made-up signature`, (forge) => `${unsigned(forge, { alg })}.AAAA`),
  ]),
  token(16, 'no alg', (forge) => signed(forge, { alg: undefined })),
  token(16, 'an alg that is an array', (forge) => signed(forge, { alg: [forge.key.algorithm] })),
  token(16, 'an alg in lower case', (forge) =>
    signed(forge, { alg: forge.key.algorithm.toLowerCase() }),
  ),
  ...Object.entries(PUBLIC_KEY_ENCODINGS).map(([encoding, encode]) =>
    token(16, `HS256 signed with the public key as ${encoding}`, (forge) =>
      signedWithSecret(forge, encode(forge.key.publicJwk)),
    ),
  ),
  token(16, 'HS256 signed with an empty secret', (forge) => signedWithSecret(forge, '')),
  ...(['ES256', 'RS256', 'EdDSA'] as const).flatMap((alg) => [
    token(16, `an ${alg} key of the attacker's under the genuine kid`, (forge) =>
      signedByAttacker(forge, alg, { alg }),
    ),
    token(16, `an ${alg} key of the attacker's under its own thumbprint`, async (forge) =>
      signedByAttacker(forge, alg, { alg, kid: await attackerKid(alg) }),
    ),
  ]),
  ...['ES384', 'ES512', 'PS256', 'RS512', 'HS256', 'ES256K', 'RSA-OAEP'].map((alg) =>
    token(16, `the genuine key's signature under the name ${alg}`, (forge) =>
      signed(forge, { alg }),
    ),
  ),
  ...[0, 1].map((index) =>
    token(
      16,
      `the genuine key's signature under the name of another accepted algorithm (${index + 1})`,
      (forge) =>
        signed(forge, {
          alg: ['ES256', 'RS256', 'EdDSA'].filter((alg) => alg !== forge.key.algorithm)[index],
        }),
    ),
  ),
  token(
    16,
    'a signature of zeros (CVE-2022-21449)',
    (forge) => `${unsigned(forge)}.${Buffer.alloc(64).toString('base64url')}`,
  ),
  token(16, 'a signature with one byte changed', async (forge) =>
    changeSignature(await signed(forge), (bytes) =>
      Buffer.concat([bytes.subarray(0, 10), Buffer.of((bytes[10] ?? 0) ^ 1), bytes.subarray(11)]),
    ),
  ),
  token(16, 'a signature that is cut short', async (forge) =>
    changeSignature(await signed(forge), (bytes) => bytes.subarray(0, -1)),
  ),
  token(16, 'a signature with a byte too many', async (forge) =>
    changeSignature(await signed(forge), (bytes) => Buffer.concat([bytes, Buffer.of(0)])),
  ),
  token(
    16,
    'no signature',
    async (forge) => `${(await signed(forge)).split('.').slice(0, 2).join('.')}.`,
  ),
];

/** Requirement 17: a wrong value for each claim, signed with the service's own key. */
const WRONG_CLAIMS: {
  readonly [claim: string]: { readonly [what: string]: (genuine: unknown) => unknown };
} = {
  iss: {
    'somebody else': () => 'https://attacker.example.com',
    'ours with a slash': (iss) => `${iss}/`,
    'ours in an array': (iss) => [iss],
    'a number': () => 1,
    null: () => null,
  },
  aud: {
    'somebody else': () => 'https://other.example.com',
    'a part of ours': (aud) => String(aud).slice(0, -1),
    'an array of ours alone': (aud) => [aud],
    'an array of ours and another': (aud) => [aud, 'https://other.example.com'],
    'an empty array': () => [],
    null: () => null,
  },
  exp: {
    'a string': (exp) => String(exp),
    null: () => null,
    'an object': () => ({}),
    'beyond all numbers': () => BEYOND_ALL_NUMBERS,
  },
  iat: {
    'a string': (iat) => String(iat),
    null: () => null,
    'in the future': () => SOON(),
    'beyond all numbers': () => BEYOND_ALL_NUMBERS,
  },
  nbf: { 'in the future': () => SOON(), 'a string': () => '0' },
  sub: {
    empty: () => '',
    'a number': () => 7,
    null: () => null,
    'an array': (sub) => [sub],
    'an object': (sub) => ({ sub }),
  },
  jti: { empty: () => '', 'a number': () => 7, null: () => null, 'an array': (jti) => [jti] },
  sid: { empty: () => '', 'a number': () => 7, null: () => null, 'an array': (sid) => [sid] },
};

const OTHER_VALUES: { readonly [claim: string]: unknown } = {
  iss: 'https://attacker.example.com',
  aud: 'https://other.example.com',
  exp: 4_102_444_800,
  iat: 1,
  sub: ANOTHER_ID,
  jti: ANOTHER_ID,
  sid: ANOTHER_ID,
  roles: ['admin'],
  scope: 'users:read users:write keys:write',
  email_verified: true,
};

const REQUIRED_CLAIMS = ['iss', 'aud', 'exp', 'iat', 'sub', 'jti', 'sid'] as const;

const CLAIMS: readonly HostileToken[] = [
  ...REQUIRED_CLAIMS.map((claim) =>
    token(17, `no ${claim}`, (forge) => signed(forge, {}, { [claim]: undefined })),
  ),
  ...Object.entries(WRONG_CLAIMS).flatMap(([claim, wrongs]) =>
    Object.entries(wrongs).map(([what, wrong]) =>
      token(17, `${claim} ${what}`, (forge) =>
        signed(forge, {}, { [claim]: wrong(forge.claims[claim]) }),
      ),
    ),
  ),
  token(
    17,
    'exp in the past',
    (forge) => signed(forge, {}, { exp: Math.floor(Date.now() / 1000) - 60 }),
    { code: 'TOKEN_EXPIRED' },
  ),
  token(17, 'exp at zero', (forge) => signed(forge, {}, { exp: 0 }), { code: 'TOKEN_EXPIRED' }),
  token(17, 'no typ', (forge) => signed(forge, { typ: undefined })),
  ...['JWT', '', 'rt+jwt', 'id_token+jwt', 'dpop+jwt', 'at+jwt ', 7, null, ['at+jwt']].map((typ) =>
    token(17, `typ ${JSON.stringify(typ)}`, (forge) => signed(forge, { typ })),
  ),
  ...[...REQUIRED_CLAIMS, 'roles', 'scope', 'email_verified'].map((claim) =>
    token(17, `${claim} changed under a genuine signature`, async (forge) => {
      const [header, , signature] = (await signed(forge)).split('.');
      return `${header}.${encode({ ...forge.claims, [claim]: OTHER_VALUES[claim] })}.${signature}`;
    }),
  ),
  token(17, 'typ changed under a genuine signature', async (forge) => {
    const [, payload, signature] = (await signed(forge, { typ: 'JWT' })).split('.');
    return `${encode(headerOf(forge))}.${payload}.${signature}`;
  }),
  token(17, 'claims that are only inherited', (forge) =>
    signedText(forge, headerOf(forge), `{"__proto__":${JSON.stringify(forge.claims)}}`),
  ),
  ...['null', '[]', '"claims"', '42', '{}', '', '{', '{"iss":'].map((text) =>
    token(17, `a payload that is ${text || 'empty'}`, (forge) =>
      signedText(forge, headerOf(forge), text),
    ),
  ),
];

/**
 * Requirement 18: header members that point at keys, and text that is no compact JWS (RFC 7515
 * section 7.1).
 */
const HEADERS: readonly HostileToken[] = [
  ...['jku', 'x5u'].flatMap((member) => [
    token(18, `the attacker's signature with ${member} at a server of the attacker's`, (forge) =>
      signedByAttacker(forge, 'ES256', {
        alg: 'ES256',
        [member]: `${forge.attackerUrl}/${member}`,
      }),
    ),
    token(
      18,
      `the attacker's signature and kid with ${member} at a server of the attacker's`,
      async (forge) =>
        signedByAttacker(forge, 'ES256', {
          alg: 'ES256',
          kid: await attackerKid('ES256'),
          [member]: `${forge.attackerUrl}/${member}`,
        }),
    ),
  ]),
  token(18, "the attacker's signature with jwk", (forge) =>
    signedByAttacker(forge, 'ES256', { alg: 'ES256', jwk: attackerJwk('ES256') }),
  ),
  token(18, "the attacker's signature with jwk and its kid", async (forge) =>
    signedByAttacker(forge, 'ES256', {
      alg: 'ES256',
      kid: await attackerKid('ES256'),
      jwk: attackerJwk('ES256'),
    }),
  ),
  token(18, "the attacker's signature with x5c", (forge) =>
    signedByAttacker(forge, 'ES256', { alg: 'ES256', x5c: ['MIIB'] }),
  ),
  ...[['exp'], ['b64'], ['http://example.com/UNDEFINED'], [], null, 'exp'].map((crit) =>
    token(18, `crit ${JSON.stringify(crit)}`, (forge) =>
      signed(forge, { crit, b64: true, 'http://example.com/UNDEFINED': true }),
    ),
  ),
  ...Object.entries({
    'a path': () => '../../../../../../etc/passwd',
    'a device': () => '/dev/null',
    SQL: () => `x' or '1'='1`,
    'more SQL': () => `'; drop table signing_keys; --`,
    '10 KB': () => 'k'.repeat(10_240),
    empty: () => '',
    missing: () => undefined,
    'a number': () => 42,
    null: () => null,
    'an array': (kid: string) => [kid],
    'an object': (kid: string) => ({ kid }),
    'a name that every object has': () => 'constructor',
    'the prototype': () => '__proto__',
    'ours and a NUL byte': (kid: string) => `${kid}\0`,
    'ours and a newline': (kid: string) => `${kid}\n`,
    'ours in another case': (kid: string) =>
      kid.replace(/[a-z]/i, (letter) =>
        letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
      ),
    'the shape of ours, and unknown': () => 'A'.repeat(43),
  }).map(([what, kid]) =>
    token(18, `a kid that is ${what}`, (forge) => signed(forge, { kid: kid(forge.key.kid) })),
  ),
  token(18, 'a kid that is a URL', (forge) =>
    signedByAttacker(forge, 'ES256', { alg: 'ES256', kid: `${forge.attackerUrl}/kid` }),
  ),
  token(18, 'a kid that is an empty file, as an HS256 secret', (forge) =>
    signedWithSecret(forge, '', { kid: '/dev/null' }),
  ),
  ...['null', '[]', '"header"', '', '{', '42'].map((text) =>
    token(18, `a header that is ${text || 'empty'}`, (forge) =>
      signedText(forge, text, JSON.stringify(forge.claims)),
    ),
  ),
  ...(
    [
      ['a space before it', (text) => ` ${text}`, false],
      ['a space after it', (text) => `${text} `, false],
      ['a newline after it', (text) => `${text}\n`, false],
      ['a carriage return and newline after it', (text) => `${text}\r\n`, false],
      ['a NUL byte after it', (text) => `${text}\0`, false],
      ['a zero-width space after it', (text) => `${text}\u200b`, false],
      ['a tab inside', (text) => text.replace('.', '.\t'), true],
      ['a space inside', (text) => text.replace('.', '. '), true],
      [
        'a newline inside its signature',
        (text) => `${text.slice(0, -4)}\n${text.slice(-4)}`,
        false,
      ],
      ['padding on its signature', (text) => `${text}==`, true],
      ['padding on its payload', (text) => text.replace(/\.([^.]*)\./, '.$1=.'), true],
      ['a dot after it', (text) => `${text}.`, true],
      ['a dot before it', (text) => `.${text}`, true],
      ['a dot too many inside', (text) => text.replace('.', '..'), true],
      ['five parts', (text) => `${text}.AAAA.AAAA`, true],
      ['two parts', (text) => text.split('.').slice(0, 2).join('.'), true],
      ['quotes around it', (text) => `"${text}"`, true],
      ['percent encoding', (text) => text.replaceAll('.', '%2E'), true],
      ['another text with the same bytes as its signature', changeSpareBits, true],
      ['the JSON serialization', asJson, true],
    ] as const satisfies readonly (readonly [string, (text: string) => string, boolean])[]
  ).map(([what, change, fitsHeader]) =>
    token(18, `a genuine token with ${what}`, async (forge) => change(await signed(forge)), {
      fitsHeader,
    }),
  ),
  token(18, 'a genuine token in the alphabet of base64', async (forge) => {
    let text = await signed(forge);
    for (let attempt = 0; !/[-_]/.test(text); attempt++)
      text = await signed(forge, {}, { jti: `${ANOTHER_ID}${attempt}` });
    return text.replaceAll('-', '+').replaceAll('_', '/');
  }),
  token(18, 'a genuine token of 12 KB', (forge) =>
    signed(forge, {}, { padding: 'p'.repeat(8_600) }),
  ),
  ...['', 'null', 'undefined', '.', '..', '...', 'garbage', '[object Object]'].map((text) =>
    token(18, `the text "${text}"`, () => text, { fitsHeader: text !== '' }),
  ),
];

/** Written once, for every server and framework that reads access tokens. */
export const HOSTILE_TOKENS: readonly HostileToken[] = [...ALGORITHMS, ...CLAIMS, ...HEADERS];

/** Authorization headers that carry a genuine token, and not as RFC 6750 says. */
export const HOSTILE_AUTHORIZATIONS: readonly {
  readonly name: string;
  readonly write: (token: string) => string;
}[] = [
  { name: 'the scheme alone', write: () => 'Bearer' },
  { name: 'no scheme', write: (text) => text },
  {
    name: 'the Basic scheme',
    write: () => `Basic ${Buffer.from('ada:secret').toString('base64')}`,
  },
  { name: 'the token under the Basic scheme', write: (text) => `Basic ${text}` },
  { name: 'the token under the DPoP scheme', write: (text) => `DPoP ${text}` },
  { name: 'a scheme that only begins like Bearer', write: (text) => `Bearers ${text}` },
  { name: 'a colon after the scheme', write: (text) => `Bearer: ${text}` },
  { name: 'a tab after the scheme', write: (text) => `Bearer\t${text}` },
  { name: 'the token twice', write: (text) => `Bearer ${text} ${text}` },
  { name: 'two values in one header', write: (text) => `Bearer ${text}, Bearer ${text}` },
  { name: 'garbage in Latin-1', write: () => 'Bearer \xff\xfe\xfd' },
];

/** Authorization headers that RFC 7235 allows: schemes have no case. */
export const ACCEPTED_AUTHORIZATIONS: typeof HOSTILE_AUTHORIZATIONS = [
  { name: 'the scheme in lower case', write: (text) => `bearer ${text}` },
  { name: 'the scheme in upper case', write: (text) => `BEARER ${text}` },
  { name: 'spaces after the scheme', write: (text) => `Bearer   ${text}` },
];
