import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localPart, parseEmail } from './email.js';

describe('parseEmail', () => {
  it('keeps what was typed and matches on the trimmed, NFKC, lower-case form', () => {
    expect(parseEmail('  Ada.Lovelace@Example.COM ')).toEqual({
      typed: 'Ada.Lovelace@Example.COM',
      normalized: 'ada.lovelace@example.com',
    });
    expect(parseEmail('ａｄａ@example.com')?.normalized).toBe('ada@example.com');
    expect(parseEmail('jose\u0301@example.com')?.normalized).toBe('jos\u00e9@example.com');
    // small t with dots has a composed form, capital T has none
    expect(parseEmail('T\u0308@example.com')?.normalized).toBe('\u1e97@example.com');
  });

  it.each([
    'a@b.co',
    'a+tag@example.com',
    "o'brien@example.ie",
    'user@bücher.example',
    'x@sub-domain.example.com',
    '1@2.example',
  ])('accepts %s', (address) => {
    expect(parseEmail(address)).toBeDefined();
  });

  it.each([
    ['nothing', ''],
    ['no @', 'ada.example.com'],
    ['two @', 'ada@home@example.com'],
    ['nothing before the @', '@example.com'],
    ['nothing after the @', 'ada@'],
    ['a domain of one label', 'ada@localhost'],
    ['a dot at the end of the domain', 'ada@example.com.'],
    ['an empty label', 'ada@example..com'],
    ['a label that starts with a hyphen', 'ada@-example.com'],
    ['a dot at the start', '.ada@example.com'],
    ['two dots in a row', 'ada..b@example.com'],
    ['a space inside', 'ada b@example.com'],
    ['a line break that could become a mail header', 'ada@example.com\nBcc: eve@example.com'],
    ['a NUL', 'ada\0@example.com'],
    ['a lone surrogate', 'ada\ud800@example.com'],
    ['a zero-width space', 'ada\u200b@example.com'],
    ['a right-to-left override', 'ada\u202e@example.com'],
    ['an @ that appears only after NFKC', 'ada＠home@example.com'],
    ['a comma', 'ada,eve@example.com'],
    ['angle brackets', '<ada@example.com>'],
    ['an IP literal', 'ada@[127.0.0.1]'],
  ])('refuses %s', (_what, address) => {
    expect(parseEmail(address)).toBeUndefined();
  });

  it('accepts 254 characters, 64 of them before the @, and not one more', () => {
    const address = (local: number, total: number) =>
      `${'a'.repeat(local)}@${'b'.repeat(total - local - 5)}.com`;
    expect(parseEmail(address(64, 254))).toBeDefined();
    expect(parseEmail(address(64, 255))).toBeUndefined();
    expect(parseEmail(address(65, 200))).toBeUndefined();
  });

  it('measures what it stores: a character that NFKC expands counts as what it becomes', () => {
    expect(parseEmail(`${'ﷺ'.repeat(4)}@example.com`)).toBeUndefined(); // 18 letters each, spaces among them
    expect(parseEmail(`${'ﬃ'.repeat(22)}@example.com`)).toBeUndefined(); // 66 letters
  });

  it.each([
    ['a zero-width space', '\u200b'],
    ['a soft hyphen', '\u00ad'],
    ['a combining grapheme joiner', '\u034f'],
    ['a Hangul filler', '\u3164'],
    ['a half-width Hangul filler', '\uffa0'],
    ['a variation selector', '\ufe0f'],
    ['a Mongolian vowel separator', '\u180e'],
  ])(
    'refuses %s, which nobody sees, on both sides of the @ (requirement 51)',
    (_what, character) => {
      expect(parseEmail(`ada${character}l@example.com`)).toBeUndefined();
      expect(parseEmail(`ada@exam${character}ple.com`)).toBeUndefined();
    },
  );

  it('never throws, and accepts its own output again as the same address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress()), (text) => {
        const email = parseEmail(text);
        if (email !== undefined)
          expect(parseEmail(email.normalized)?.normalized).toBe(email.normalized);
      }),
    );
  });
});

describe('localPart', () => {
  it('is what stands before the last @, and nothing without one', () => {
    expect([localPart('ada@example.com'), localPart('a@b@c'), localPart('ada')]).toEqual([
      'ada',
      'a@b',
      '',
    ]);
  });
});
