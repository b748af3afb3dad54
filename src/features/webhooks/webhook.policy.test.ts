import { describe, expect, it } from 'vitest';
import { isPublicAddress, webhookProblem } from './webhook.policy.js';

describe('an address that webhooks may call', () => {
  it.each(['8.8.8.8', '1.1.1.1', '2606:4700::1111', '::ffff:8.8.8.8', '172.32.0.1'])(
    '%s is one',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    '127.0.0.1',
    '127.8.8.8',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.169.254',
    '192.0.0.8',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:169.254.169.254',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    '2001:db8::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'localhost',
    '',
  ])('%s is none', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a webhook', () => {
  const strict = { httpsOnly: true, privateAddresses: false };
  const events = ['user.created'];
  const problem = (url: string, rules = strict) => webhookProblem({ url, events }, rules);

  it.each([
    'https://hooks.example.com/authgraph?team=1',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]:8443/',
  ])('may lead to %s', (url) => {
    expect(problem(url)).toBeUndefined();
  });

  it.each([
    ['http://hooks.example.com', 'https://'],
    ['ftp://hooks.example.com', 'https://'],
    ['javascript:alert(1)', 'https://'],
    ['https://user:pass@hooks.example.com', 'password'],
    ['https://hooks.example.com/#a', 'fragment'],
    ['https://localhost/', 'private'],
    ['https://localhost./', 'private'],
    ['https://a.localhost/', 'private'],
    ['https://127.0.0.1/', 'private'],
    ['https://0x7f.1/', 'private'],
    ['https://2130706433/', 'private'],
    ['https://0177.0.0.1/', 'private'],
    ['https://[::1]/', 'private'],
    ['https://[::ffff:10.0.0.1]/', 'private'],
    ['https://169.254.169.254/latest/meta-data', 'private'],
    ['hooks.example.com', 'URL'],
    ['', 'URL'],
    [`https://hooks.example.com/${'x'.repeat(2_000)}`, '2000'],
  ])('may not lead to %s', (url, reason) => {
    expect(problem(url)).toContain(reason);
  });

  it('may be in the own network, and called by http, where that is allowed', () => {
    const open = { httpsOnly: false, privateAddresses: true };
    for (const url of ['http://localhost:3000', 'http://10.0.0.1/', 'http://[::1]/'])
      expect(problem(url, open)).toBeUndefined();
  });

  it.each([[[]], [['user.exploded']], [['__proto__']], [['webhook.test']]])(
    'is not told of %j',
    (told) => {
      const asked = { url: 'https://hooks.example.com/', events: told };
      expect(webhookProblem(asked, strict)).toEqual(expect.any(String));
    },
  );
});
