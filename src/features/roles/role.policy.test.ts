import { describe, expect, it } from 'vitest';
import { roleProblem, scopesOf } from './role.policy.js';

describe('scopesOf', () => {
  it('grants an admin every scope of the service, once, and what the realm grants beside', () => {
    const own = scopesOf(['admin'], []);
    expect(own).toEqual(expect.arrayContaining(['users:read', 'roles:write', 'keys:write']));
    expect(scopesOf(['admin', 'editor'], ['posts:write', 'users:read', 'posts:write'])).toEqual([
      ...own,
      'posts:write',
    ]);
  });

  it.each([[[]], [['editor']], [['Admin']], [['constructor', '__proto__']]])(
    'grants %j nothing of its own',
    (roles) => {
      expect(scopesOf(roles, [])).toEqual([]);
    },
  );
});

describe('roleProblem', () => {
  const scopes = ['posts:write'];

  it.each(['a', 'team:editor', 'read-only_2', 'a'.repeat(63)])('accepts the name %s', (name) => {
    expect(roleProblem({ name, scopes })).toBeUndefined();
  });

  it.each(['', 'Admin', '1st', 'two words', 'a,b', 'é', 'a'.repeat(64), 'a\n', 'admin'])(
    'refuses the name %j',
    (name) => {
      expect(roleProblem({ name, scopes })).toEqual(expect.any(String));
    },
  );

  it.each([[['']], [['two words']], [['é']], [['"']], [['\\']], [['\n']], [['a'.repeat(101)]]])(
    'refuses the scopes %j',
    (refused) => {
      expect(roleProblem({ name: 'editor', scopes: refused })).toContain('scope');
    },
  );

  it('refuses more scopes than a token can carry', () => {
    const many = Array.from({ length: 120 }, (_, n) => `scope:${1_000 + n}`);
    expect(roleProblem({ name: 'editor', scopes: many.slice(0, 90) })).toBeUndefined();
    expect(roleProblem({ name: 'editor', scopes: many })).toContain('1000 characters');
  });
});
