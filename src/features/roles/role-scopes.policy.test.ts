import { describe, expect, it } from 'vitest';
import { isRoleName, scopesOf } from './role-scopes.policy.js';

describe('scopesOf', () => {
  it('grants an admin every scope of the service, once', () => {
    const scopes = [
      'users:read',
      'users:write',
      'sessions:read',
      'sessions:write',
      'roles:write',
      'keys:write',
    ];
    expect(scopesOf(['admin'])).toEqual(scopes);
    expect(scopesOf(['admin', 'admin', 'editor'])).toEqual(scopes);
  });

  it.each([[[]], [['editor']], [['Admin']], [['constructor', '__proto__']]])(
    'grants %j nothing',
    (roles) => {
      expect(scopesOf(roles)).toEqual([]);
    },
  );
});

describe('isRoleName', () => {
  it.each(['admin', 'a', 'team:editor', 'read-only_2', 'a'.repeat(63)])('accepts %s', (name) => {
    expect(isRoleName(name)).toBe(true);
  });

  it.each(['', 'Admin', '1st', 'two words', 'a,b', 'é', 'a'.repeat(64), 'admin\n'])(
    'refuses %j',
    (name) => {
      expect(isRoleName(name)).toBe(false);
    },
  );
});
