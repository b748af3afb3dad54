import { describe, expect, it } from 'vitest';
import { mergePatch, patchProblem, sizeProblem } from './metadata.policy.js';

describe('mergePatch', () => {
  // RFC 7396, appendix A
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j and %j make %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });

  it('leaves what it is given as it was', () => {
    const target = { a: { b: 1 } };
    mergePatch(target, { a: { c: 2 } });
    expect(target).toEqual({ a: { b: 1 } });
  });
});

describe('patchProblem', () => {
  it.each([[{}], [{ a: null }], [{ a: { b: [1, 'x', false] } }]])('accepts %j', (patch) => {
    expect(patchProblem(patch)).toBeUndefined();
  });

  it.each([
    [null],
    [[]],
    ['text'],
    [1],
    [JSON.parse('{"__proto__": {"admin": true}}')],
    [JSON.parse('{"a": [{"__proto__": 1}]}')],
    [{ a: 'nul \u0000' }],
    [{ '\ud800': 1 }],
    [JSON.parse(`${'{"a":'.repeat(12)}1${'}'.repeat(12)}`)],
  ])('refuses %j', (patch) => {
    expect(patchProblem(patch)).toEqual(expect.any(String));
  });
});

describe('sizeProblem', () => {
  it('counts bytes, not characters', () => {
    expect(sizeProblem({ a: 'x'.repeat(8_184) })).toBeUndefined();
    expect(sizeProblem({ a: 'x'.repeat(8_185) })).toContain('8192 bytes');
    expect(sizeProblem({ a: 'ä'.repeat(4_100) })).toContain('8192 bytes');
  });
});
