import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envelopeFormat } from './bus.js';

const [OLD, NEW, FOREIGN] = ['a', 'b', 'c'].map((letter) => Buffer.alloc(32, letter));
const format = envelopeFormat([NEW ?? Buffer.alloc(0), OLD ?? Buffer.alloc(0)]);
const MESSAGE = { type: 'sessions-ended', content: { realmId: 'default', sessionIds: ['a', 'ö'] } };

describe('a message on the bus', () => {
  it('is read by who has the key it was made with, the newest or an older one', () => {
    expect(format.read(format.write(MESSAGE))).toEqual(MESSAGE);
    expect(format.read(envelopeFormat([OLD ?? Buffer.alloc(0)]).write(MESSAGE))).toEqual(MESSAGE);
  });

  it('is not taken from somebody without the key, nor changed on its way (requirement 40)', () => {
    expect(
      format.read(envelopeFormat([FOREIGN ?? Buffer.alloc(0)]).write(MESSAGE)),
    ).toBeUndefined();
    const text = format.write(MESSAGE);
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === 'x' ? 'y' : 'x';
      expect(format.read(text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined();
    }
  });

  it.each(['heartbeat', '', 'null', '{"type":"sessions-ended","content":{}}'])(
    'is none when it is %j',
    (text) => {
      expect(format.read(text)).toBeUndefined();
    },
  );

  it('never makes a reader throw', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void format.read(text)));
  });
});
