import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBusMessage } from './bus.js';

describe('parseBusMessage', () => {
  it.each([
    { type: 'sessions-ended', realmId: 'default', sessionIds: ['a', 'b'] },
    { type: 'sessions-ended', realmId: 'default', sessionIds: [] },
    { type: 'signing-keys-changed', realmId: 'default' },
  ])('reads $type', (message) => {
    expect(parseBusMessage(JSON.stringify(message))).toEqual(message);
  });

  it.each([
    'heartbeat',
    '',
    'null',
    '[]',
    '{"type":"sessions-ended","realmId":"default"}',
    '{"type":"sessions-ended","realmId":"default","sessionIds":[1]}',
    '{"type":"signing-keys-changed"}',
    '{"type":"something-newer","realmId":"default"}',
  ])('ignores %j, which another program or version may send', (text) => {
    expect(parseBusMessage(text)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseBusMessage(text)));
  });
});
