import { type Link, linkedNames } from './links.js';

/** Federation's access control directives, by the names that the specification gives them. */
export type AuthDirective = 'authenticated' | 'requiresScopes' | 'policy';

export const AUTH_DIRECTIVES: readonly AuthDirective[] = [
  'authenticated',
  'requiresScopes',
  'policy',
];

/**
 * The names that the access control directives have in one schema, and which each of them is.
 * The plain name counts too, since a schema may define the directives itself, unless a link has
 * moved it out of the way.
 */
export function authDirectiveNames(links: readonly Link[]): ReadonlyMap<string, AuthDirective> {
  const names = new Map<string, AuthDirective>();
  for (const directive of AUTH_DIRECTIVES) {
    names.set(`federation__${directive}`, directive);
    if (!isRenamed(links, directive)) names.set(directive, directive);
  }
  for (const directive of AUTH_DIRECTIVES) {
    for (const name of linkedNames(links, directive)) names.set(name, directive);
  }
  return names;
}

function isRenamed(links: readonly Link[], directive: AuthDirective): boolean {
  return links.some(
    ({ spec, imports }) =>
      spec === 'federation' && (imports.get(directive) ?? directive) !== directive,
  );
}
