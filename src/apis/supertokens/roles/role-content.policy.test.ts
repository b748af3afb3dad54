import { describe, expect, it } from 'vitest';
import { isShared, withPermissions } from './role-content.policy.js';

const NONE = { scopes: [], permissions: [] };

describe('isShared', () => {
  it.each([
    ['editor', NONE, true],
    ['editor', { scopes: ['posts:write'], permissions: ['users:write'] }, true],
    ['editor', { scopes: ['posts:write', 'users:write'], permissions: [] }, false],
    ['admin', NONE, false],
    ['Editor', NONE, false],
    ['chief editor', NONE, false],
  ])('%s with %j: %s', (name, content, expected) => {
    expect(isShared(name, content)).toBe(expected);
  });
});

describe('withPermissions', () => {
  it('makes scopes of what can be one, and is none of ours', () => {
    const added = ['b', 'read all', 'users:write', 'a', 'b', ''];
    expect(withPermissions('editor', { scopes: ['z'], permissions: ['c'] }, added)).toEqual({
      scopes: ['z', 'a', 'b', 'c'],
      permissions: ['', 'read all', 'users:write'],
    });
  });

  it('makes none where the graph cannot name the role, or a token could not carry them', () => {
    expect(withPermissions('admin', NONE, ['a']).scopes).toEqual([]);
    expect(withPermissions('The Editor', NONE, ['a']).scopes).toEqual([]);
    const long = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(90, 'x'));
    expect(withPermissions('editor', NONE, long).scopes.join(' ').length).toBeLessThanOrEqual(
      1_000,
    );
    expect(withPermissions('editor', NONE, long).scopes.length).toBeGreaterThan(5);
  });
});
