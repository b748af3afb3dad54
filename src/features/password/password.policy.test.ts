import { describe, expect, it } from 'vitest';
import { commonPasswords } from './common-passwords.js';
import { normalizePassword, type PasswordContext, weaknessesOf } from './password.policy.js';

const context: PasswordContext = { minimumLength: 8, emailName: 'ada', isCommon: () => false };

describe('weaknessesOf', () => {
  it('counts code points, not UTF-16 units (requirement 1)', () => {
    expect(weaknessesOf('🦊'.repeat(7), context)).toEqual(['TOO_SHORT']);
    expect(weaknessesOf('🦉🦊🦊🦊🦊🦊🦊🦊', context)).toEqual([]);
    expect(weaknessesOf(`🦉${'🦊'.repeat(255)}`, context)).toEqual([]);
    expect(weaknessesOf('🦊'.repeat(257), context)).toEqual(['TOO_LONG']);
  });

  it('takes the minimum from one setting, 15 for NIST SP 800-63B-4 (requirement 1)', () => {
    const strict = { ...context, minimumLength: 15 };
    expect(weaknessesOf('x'.repeat(14), strict)).toEqual(['TOO_SHORT']);
    expect(weaknessesOf(`y${'x'.repeat(14)}`, strict)).toEqual([]);
  });

  it('asks for no composition: lower-case letters alone will do (requirement 2)', () => {
    expect(weaknessesOf('qzjvkwpxmfybgtr', context)).toEqual([]);
  });

  it.each([
    'aaaaaaaa',
    '🦊'.repeat(8),
    'abcdefghijkl',
    'ABCDEFGHIJKL',
    '12345678',
    '98765432',
    ' '.repeat(12),
    ' \u200b\u00ad\u2060\u3164\u115f\ufe0f\t',
    '\0'.repeat(10),
  ])('refuses %j: a repetition, a sequence, or nothing visible (requirement 51)', (password) => {
    expect(weaknessesOf(password, context)).toEqual(['COMMON']);
  });

  it('takes a repetition or a sequence that something breaks', () => {
    for (const password of ['aaaaaaab', 'abcdefgz', '13579135', '   x    ', 'a b c d e f'])
      expect(weaknessesOf(password, context), password).toEqual([]);
  });

  it('refuses what contains the name in the address, in any case (requirement 3)', () => {
    expect(weaknessesOf('xx-ADA-lovely-xx', context)).toEqual(['CONTAINS_EMAIL']);
    expect(weaknessesOf('xx-lovely-xx', context)).toEqual([]);
  });

  it('lets a name of one or two letters occur by chance', () => {
    expect(weaknessesOf('lovely-al-palms', { ...context, emailName: 'al' })).toEqual([]);
    expect(weaknessesOf('lovely-al-palms', { ...context, emailName: '' })).toEqual([]);
  });

  it('says everything that is wrong at once', () => {
    expect(weaknessesOf('Ada', { ...context, isCommon: (password) => password === 'ada' })).toEqual(
      ['TOO_SHORT', 'COMMON', 'CONTAINS_EMAIL'],
    );
  });

  it('knows the passwords that are tried first, whatever their case (requirement 3)', async () => {
    const common = await commonPasswords();
    const strict = { ...context, isCommon: (password: string) => common.has(password) };
    for (const password of [
      'password',
      'PASSWORD',
      '12345678',
      'qwertyuiop',
      'iloveyou',
      'trustno1',
      '1234567890',
    ]) {
      expect(weaknessesOf(password, strict), password).toEqual(['COMMON']);
    }
    expect(common.size).toBeGreaterThan(10_000);
  });
});

describe('normalizePassword', () => {
  it('makes the four Unicode forms of a password one (requirement 4)', () => {
    const typed = 'Ångström ﬁnds ①½';
    const forms = (['NFC', 'NFD', 'NFKC', 'NFKD'] as const).map((form) => typed.normalize(form));
    expect(new Set(forms).size).toBe(4);
    expect(new Set(forms.map(normalizePassword))).toEqual(new Set(['Ångström finds 11⁄2']));
  });

  it('leaves case, white space and NULs as they are (requirement 4)', () => {
    expect(normalizePassword('  Two  Words\t\0 ')).toBe('  Two  Words\t\0 ');
  });

  it.each(['\ud800', 'half a fox \ud83e', '\udd8a\ud83e'])(
    'has no form for ill-formed Unicode %j',
    (text) => {
      expect(normalizePassword(text)).toBeUndefined();
    },
  );

  it('does not work through megabytes', () => {
    expect(normalizePassword('x'.repeat(4_096))).toBeDefined();
    expect(normalizePassword('x'.repeat(4_097))).toBeUndefined();
  });
});
