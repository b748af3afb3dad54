import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { newSecret, signedHeaders } from './signature.js';

const [secret, former, other] = [1, 2, 3].map(() => newSecret(randomBytes)) as [
  string,
  string,
  string,
];
const body = '{"type":"user.created","data":{"name":"Ünï"}}';
const message = { id: '019d0000', timestamp: Math.floor(Date.now() / 1_000), body };

it('a secret is whsec_ and 32 random bytes, as the specification asks', () => {
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(secret).not.toBe(former);
});

it("the specification's own library verifies a message by each secret that signed it", () => {
  const headers = signedHeaders([secret, former], message);
  for (const known of [secret, former])
    expect(new Webhook(known).verify(body, headers)).toEqual(JSON.parse(body));
  expect(() => new Webhook(other).verify(body, headers)).toThrow('signature');
});

it('nothing that is signed can be altered', () => {
  const headers = signedHeaders([secret], message);
  const webhook = new Webhook(secret);
  expect(() => webhook.verify(`${body} `, headers)).toThrow('signature');
  expect(() => webhook.verify(body, { ...headers, 'webhook-id': 'x' })).toThrow('signature');
  const later = { ...headers, 'webhook-timestamp': `${message.timestamp + 1}` };
  expect(() => webhook.verify(body, later)).toThrow('signature');
});

it("is the specification's example", () => {
  const known = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const example = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330 };
  const headers = signedHeaders([known], { ...example, body: '{"test": 2432232314}' });
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});
