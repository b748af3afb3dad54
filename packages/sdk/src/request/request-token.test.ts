import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenError } from '../token/token-error.js';
import {
  accessCookieName,
  cookiesNamed,
  type RequestHeaders,
  tokenFromHeaders,
} from './request-token.js';

const NAME = 'authgraph-at';

describe('the access token of a request', () => {
  it.each<[string, RequestHeaders]>([
    ['web Headers', new Headers({ Authorization: 'Bearer abc' })],
    ['a Map', new Map([['authorization', 'Bearer abc']])],
    ["Node's plain object", { authorization: 'Bearer abc' }],
    ['a scheme in lower case', { authorization: 'bearer abc' }],
    ['a cookie', { cookie: `theme=dark; ${NAME}=abc` }],
    ['a cookie among web Headers', new Headers({ cookie: `${NAME}=abc; theme=dark` })],
    ['several Cookie headers', { cookie: ['theme=dark', `${NAME}=abc`].join('; ') }],
    ['both, of which the header counts', { authorization: 'Bearer abc', cookie: `${NAME}=other` }],
  ])('is read from %s', (_what, headers) => {
    expect(tokenFromHeaders(headers, NAME)).toBe('abc');
  });

  it.each<[string, RequestHeaders]>([
    ['no headers', {}],
    ['empty web Headers', new Headers()],
    ['other cookies alone', { cookie: `theme=dark; x${NAME}=abc; ${NAME}x=abc; ${NAME}` }],
  ])('is absent where there are %s', (_what, headers) => {
    expect(tokenFromHeaders(headers, NAME)).toBeUndefined();
  });

  it.each<[string, RequestHeaders]>([
    ['another scheme', { authorization: 'Basic abc' }],
    ['the scheme alone', { authorization: 'Bearer' }],
    ['the scheme and a space', { authorization: 'Bearer ' }],
    ['two tokens', { authorization: 'Bearer abc def' }],
    ['a newline at the end', { authorization: 'Bearer abc \n' }],
    ['two Authorization headers', { authorization: ['Bearer abc', 'Bearer abc'] }],
    [
      'two web headers',
      new Headers([...Array(2)].map(() => ['authorization', 'Bearer abc'] as [string, string])),
    ],
    ['the cookie twice', { cookie: `${NAME}=abc; ${NAME}=abc` }],
  ])('is refused when there is %s', (_what, headers) => {
    expect(() => tokenFromHeaders(headers, NAME)).toThrow(TokenError);
  });

  it('is nothing worse than refused, whatever the headers hold', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (authorization, cookie) => {
          try {
            const token = tokenFromHeaders({ authorization, cookie }, NAME);
            expect(token === undefined || typeof token === 'string').toBe(true);
          } catch (error) {
            expect(error).toMatchObject({ name: 'TokenError', code: 'TOKEN_INVALID' });
          }
        },
      ),
    );
  });
});

describe('the cookies of one name', () => {
  it('are all found, in their order, wherever they stand', () => {
    expect(cookiesNamed('a=1;b=2;  a=3 ; aa=4; a', 'a')).toEqual(['1', '3']);
    expect(cookiesNamed('a=b=c', 'a')).toEqual(['b=c']);
    expect(cookiesNamed('', 'a')).toEqual([]);
  });

  it('bear the __Host- prefix over https alone', () => {
    expect(accessCookieName('https://auth.example.com')).toBe('__Host-authgraph-at');
    expect(accessCookieName('http://localhost:4000')).toBe('authgraph-at');
  });
});
