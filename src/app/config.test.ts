import { describe, expect, it } from 'vitest';
import { parseDuration } from '../kernel/duration.js';
import { ConfigError, parseConfig } from './config.js';

const SECRET = 'q9Jb0LrWm2ZtYx4Vh7Nc5Kd8Fs1Gp3Ue6Ra';
const PRODUCTION = {
  NODE_ENV: 'production',
  AUTHGRAPH_SECRET: SECRET,
  AUTHGRAPH_ISSUER: 'https://auth.example.com',
  DATABASE_URL: 'postgres://db/authgraph',
};

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** Which variables are complained of. */
function complainedOf(env: Record<string, string>): string[] {
  return [...new Set(problemsOf(env).map((problem) => problem.split(' ')[0] ?? ''))].toSorted();
}

describe('parseConfig', () => {
  it('opens the core for SuperTokens beyond this machine only with a key, in production', () => {
    const open = { AUTHGRAPH_SUPERTOKENS: 'true', AUTHGRAPH_SUPERTOKENS_HOST: '0.0.0.0' };
    const key = { AUTHGRAPH_SUPERTOKENS_API_KEYS: 'q9Jb0LrWm2ZtYx4Vh7Nc' };
    expect(complainedOf({ ...PRODUCTION, ...open })).toEqual(['AUTHGRAPH_SUPERTOKENS_API_KEYS']);
    expect(complainedOf({ ...PRODUCTION, ...open, ...key })).toEqual([]);
    expect(complainedOf({ ...PRODUCTION, AUTHGRAPH_SUPERTOKENS: 'true' })).toEqual([]);
    expect(complainedOf(open)).toEqual([]);
  });

  it('has a default for everything in development', () => {
    expect(parseConfig({})).toMatchObject({
      production: false,
      port: 4000,
      host: '127.0.0.1',
      database: { url: undefined, dataDir: '.authgraph', autoMigrate: true },
      redisUrl: undefined,
      secrets: [],
      issuer: 'http://localhost:4000',
      settings: {
        audience: undefined,
        accessTokenTtl: 600,
        refreshIdleTtl: 14 * 86_400,
        refreshAbsoluteTtl: 90 * 86_400,
        refreshGrace: 10,
        signingAlg: 'ES256',
        keyRotation: 7 * 86_400,
        jwksMaxAge: 300,
        passwordMinLength: 8,
        allowedOrigins: [],
      },
      trustProxy: [],
      introspection: true,
    });
  });

  it('derives the issuer from the port, and migrates only the embedded database by itself', () => {
    expect(parseConfig({ PORT: '5000' }).issuer).toBe('http://localhost:5000');
    expect(parseConfig({ DATABASE_URL: 'postgres://db/x' }).database.autoMigrate).toBe(false);
    expect(
      parseConfig({ DATABASE_URL: 'postgres://db/x', AUTHGRAPH_AUTO_MIGRATE: 'true' }).database
        .autoMigrate,
    ).toBe(true);
  });

  it('takes an empty variable for an unset one', () => {
    expect(parseConfig({ PORT: '', DATABASE_URL: '', AUTHGRAPH_SECRET: '' })).toEqual(
      parseConfig({}),
    );
    expect(complainedOf({ ...PRODUCTION, AUTHGRAPH_SECRET: '' })).toEqual(['AUTHGRAPH_SECRET']);
  });

  it('cannot be changed afterwards', () => {
    const config = parseConfig({});
    expect(() => Object.assign(config.settings, { refreshGrace: 300 })).toThrow(TypeError);
    expect(() => Object.assign(config, { issuer: 'https://evil.example' })).toThrow(TypeError);
  });

  it('names the settings that mean nothing here, most likely misspelt', () => {
    expect(parseConfig({ AUTHGRAPH_REFRESH_GRACES: '0s', HOME: '/root' }).unknownSettings).toEqual([
      'AUTHGRAPH_REFRESH_GRACES',
    ]);
  });

  it.each([
    ['PORT', ['-1', '65536', '80.5', 'http', ' 80']],
    ['DATABASE_URL', ['mysql://db/x', 'localhost:5432', 'not a url', 'postgres://%zz@db/x']],
    ['REDIS_URL', ['http://cache', 'cache:6379', 'redis://%zz@cache']],
    [
      'AUTHGRAPH_ISSUER',
      [
        'auth.example.com',
        'ftp://a.example',
        'https://a.example/',
        'https://a.example?x',
        'https://a.example#x',
      ],
    ],
    ['AUTHGRAPH_ACCESS_TOKEN_TTL', ['600', '0s', '2d', '-5m', '10 m', '1w', '1e3s', 'ten minutes']],
    ['AUTHGRAPH_REFRESH_GRACE', ['6m', '301s', '10']],
    ['AUTHGRAPH_REFRESH_IDLE_TTL', ['0s', '366d']],
    ['AUTHGRAPH_REFRESH_ABSOLUTE_TTL', ['0d', '3651d']],
    ['AUTHGRAPH_SIGNING_ALG', ['HS256', 'none', 'es256']],
    ['AUTHGRAPH_PASSWORD_MIN_LENGTH', ['7', '129', 'eight']],
    [
      'AUTHGRAPH_ALLOWED_ORIGINS',
      [
        'https://a.example/path',
        'a.example',
        'https://a.example,nonsense',
        'null',
        'https://a.example/',
      ],
    ],
    ['AUTHGRAPH_AUTO_MIGRATE', ['yes', '1', 'TRUE']],
    ['AUTHGRAPH_LOG_LEVEL', ['loud']],
    ['AUTHGRAPH_TRUST_PROXY', ['foo', '10.0.0.0/33', '10.0.0.1/', '::1/129', 'loopback,1.2.3']],
  ])('refuses a %s that is one of %j, by name', (name, values) => {
    for (const value of values) expect(complainedOf({ [name]: value }), value).toEqual([name]);
  });

  it('reports every problem at once', () => {
    const env = {
      PORT: 'x',
      REDIS_URL: 'x',
      AUTHGRAPH_REFRESH_GRACE: 'x',
      AUTHGRAPH_SIGNING_ALG: 'x',
      NODE_ENV: 'production',
    };
    const names = [
      'AUTHGRAPH_ISSUER',
      'AUTHGRAPH_REFRESH_GRACE',
      'AUTHGRAPH_SECRET',
      'AUTHGRAPH_SIGNING_ALG',
      'DATABASE_URL',
      'PORT',
      'REDIS_URL',
    ];
    expect(complainedOf(env)).toEqual(names);
  });

  it('accepts a list of origins with spaces between', () => {
    const origins = ['https://a.example', 'http://localhost:3000'];
    expect(
      parseConfig({ AUTHGRAPH_ALLOWED_ORIGINS: ' https://a.example , http://localhost:3000 ' })
        .settings,
    ).toMatchObject({ allowedOrigins: origins });
  });
});

describe('parseConfig in production (requirement 33)', () => {
  it('accepts a random secret and an https public URL, and hides the schema', () => {
    expect(parseConfig(PRODUCTION)).toMatchObject({
      production: true,
      issuer: 'https://auth.example.com',
      introspection: false,
    });
  });

  it('refuses to do without a secret and without a public URL, both at once', () => {
    expect(complainedOf({ NODE_ENV: 'production' })).toEqual([
      'AUTHGRAPH_ISSUER',
      'AUTHGRAPH_SECRET',
      'DATABASE_URL',
    ]);
  });

  it.each([
    ['short', SECRET.slice(0, 31)],
    ['short, with padding that is only spaces in the editor', 'short'],
    ['of one character', 'a'.repeat(64)],
    ['a pattern', '0123456789'.repeat(4)],
    ['a sequence', 'abcdefghijklmnopqrstuvwxyz0123456789'],
    ['a sequence backwards', 'ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210'],
    ['random first and an example second', `${SECRET},${'a'.repeat(64)}`],
    ['an example', 'change-me-to-something-really-random-please'],
    ['an example', 'this-is-an-example-of-a-long-value-1234567'],
    ['the word itself', 'my-super-secret-jwt-key-for-production-42'],
    ['a placeholder', 'placeholder-Zk3Jq8Lw0Xv5Nt2Bm7Rc4Fy9Hs'],
  ])('refuses a secret that is %s', (_what, secret) => {
    expect(complainedOf({ ...PRODUCTION, AUTHGRAPH_SECRET: secret })).toEqual(['AUTHGRAPH_SECRET']);
  });

  it('takes several secrets, the newest first', () => {
    const secrets = [SECRET.split('').toReversed().join(''), SECRET];
    expect(parseConfig({ ...PRODUCTION, AUTHGRAPH_SECRET: secrets.join(',') }).secrets).toEqual(
      secrets,
    );
  });

  it('takes a NODE_ENV that it does not know for production (requirement 46)', () => {
    expect(complainedOf({ NODE_ENV: 'prod' })).toContain('AUTHGRAPH_SECRET');
    expect(parseConfig({ NODE_ENV: 'test' }).production).toBe(false);
  });

  it('needs a database server, or the embedded one on purpose, and then warns', () => {
    const { DATABASE_URL: _, ...none } = PRODUCTION;
    expect(complainedOf(none)).toEqual(['DATABASE_URL']);
    expect(parseConfig({ ...none, AUTHGRAPH_DATA_DIR: '/data' }).warnings).toEqual([
      expect.stringContaining('embedded'),
      expect.stringContaining('SMTP_URL'),
    ]);
    const mail = {
      SMTP_URL: 'smtp://mail.example.com',
      AUTHGRAPH_MAIL_FROM: 'Example <no-reply@example.com>',
      AUTHGRAPH_APP_URL: 'https://app.example.com',
    };
    expect(parseConfig({ ...PRODUCTION, ...mail }).warnings).toEqual([]);
  });

  it('needs to know from whom mails are, and where their links lead, where there are mails', () => {
    const SMTP_URL = 'smtp://mail.example.com';
    const names = ['AUTHGRAPH_APP_URL', 'AUTHGRAPH_MAIL_FROM'];
    expect(complainedOf({ ...PRODUCTION, SMTP_URL }).toSorted()).toEqual(names);
    const mail = {
      SMTP_URL,
      AUTHGRAPH_MAIL_FROM: 'x@example.com\r\nBcc: eve@example.com',
      AUTHGRAPH_APP_URL: 'http://app.example.com',
    };
    expect(complainedOf({ ...PRODUCTION, ...mail }).toSorted()).toEqual(names);
  });

  it('never repeats the secret in what it says', () => {
    expect(problemsOf({ ...PRODUCTION, AUTHGRAPH_SECRET: 'hunter2hunter2' }).join()).not.toContain(
      'hunter2',
    );
  });

  it('refuses a public URL over http, also on localhost', () => {
    expect(complainedOf({ ...PRODUCTION, AUTHGRAPH_ISSUER: 'http://auth.example.com' })).toEqual([
      'AUTHGRAPH_ISSUER',
    ]);
    expect(complainedOf({ ...PRODUCTION, AUTHGRAPH_ISSUER: 'http://localhost:4000' })).toEqual([
      'AUTHGRAPH_ISSUER',
    ]);
  });

  it('refuses "*" among the origins, alone or in a list, since cookies are always on', () => {
    expect(complainedOf({ ...PRODUCTION, AUTHGRAPH_ALLOWED_ORIGINS: '*' })).toEqual([
      'AUTHGRAPH_ALLOWED_ORIGINS',
    ]);
    expect(
      complainedOf({ ...PRODUCTION, AUTHGRAPH_ALLOWED_ORIGINS: 'https://a.example,*' }),
    ).toEqual(['AUTHGRAPH_ALLOWED_ORIGINS']);
    expect(complainedOf({ AUTHGRAPH_ALLOWED_ORIGINS: '*' })).toEqual(['AUTHGRAPH_ALLOWED_ORIGINS']);
  });
});

describe('parseDuration', () => {
  it.each([
    ['0s', 0],
    ['30s', 30],
    ['10m', 600],
    ['12h', 43_200],
    ['14d', 1_209_600],
  ])('reads %s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['', '10', 's', '1.5h', '-1s', ' 1s', '1s ', '1S', '1000000s', '1m30s', '٣s'])(
    'does not read %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});
