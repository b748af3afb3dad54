import type { ConstDirectiveNode } from 'graphql';
import type { AuthDirective } from '../directives/auth-directive-names.js';
import { argumentsOf, type Link, linkedNames } from '../directives/links.js';
import { type AnyOf, asAnyOf } from '../directives/requirement.js';
import type { Finding, LintRule } from './finding.js';
import { lineOf } from './line-of.js';
import type { LintedSchema } from './linted-schema.js';
import type { DirectivePlace } from './schema-elements.js';

interface Use {
  readonly directive: AuthDirective;
  readonly node: ConstDirectiveNode;
  readonly place: DirectivePlace;
}

const ARGUMENTS = {
  authenticated: undefined,
  requiresScopes: 'scopes',
  policy: 'policies',
} as const;
/** The minor version of federation 2 that brought each. */
const SINCE: Readonly<Record<AuthDirective, number>> = {
  authenticated: 5,
  requiresScopes: 5,
  policy: 6,
};
const ALLOWED_PLACES: readonly DirectivePlace['kind'][] = ['object', 'field', 'scalar', 'enum'];

/**
 * Access control directives that do not say what their author meant, or that a router does not see.
 */
export function misusedDirectives(
  schema: LintedSchema,
  grantedScopes: readonly string[] | undefined,
): Finding[] {
  const uses = schema.places.flatMap((place) => usesAt(schema, place));
  return [
    ...uses.flatMap((use) => wrongArguments(use, grantedScopes)),
    ...uses.flatMap((use) => wrongPlace(schema, use)),
    ...firstOfEachName(uses).flatMap((use) => wrongLink(schema.links, use)),
  ];
}

function usesAt(schema: LintedSchema, place: DirectivePlace): Use[] {
  return place.directives.flatMap((node) => {
    const directive = schema.authDirective(node);
    return directive === undefined ? [] : [{ directive, node, place }];
  });
}

function wrongArguments(use: Use, grantedScopes: readonly string[] | undefined): Finding[] {
  const argument = ARGUMENTS[use.directive];
  if (argument === undefined) return [];
  const value = argumentsOf(use.node)[argument];
  const anyOf = asAnyOf(value);
  if (anyOf === undefined)
    return [
      finding(use, 'malformed-requirement', `it needs "${argument}", a list of lists of strings.`),
    ];
  const ungranted = use.directive === 'requiresScopes' ? ungrantedScopes(anyOf, grantedScopes) : [];
  return [
    ...(asksForNothing(anyOf)
      ? [
          finding(
            use,
            'empty-requirement',
            `"${argument}" holds an empty list, which asks for nothing.`,
          ),
        ]
      : []),
    ...(isFlat(value)
      ? [
          finding(
            use,
            'flat-requirement',
            `a flat list means any of them; write ${JSON.stringify(anyOf)} to say so.`,
          ),
        ]
      : []),
    ...ungranted.map((scope) =>
      finding(use, 'ungranted-scope', `no role grants the scope "${scope}".`),
    ),
  ];
}

/** To a router the empty list lets everybody in, and so does an empty alternative. */
function asksForNothing(anyOf: AnyOf): boolean {
  return anyOf.length === 0 || anyOf.some((all) => all.length === 0 || all.includes(''));
}

/** A list of one, or a bare string, can mean one thing only. */
function isFlat(value: unknown): boolean {
  return Array.isArray(value) && value.length > 1 && value.some((item) => typeof item === 'string');
}

function ungrantedScopes(anyOf: AnyOf, grantedScopes: readonly string[] | undefined): string[] {
  if (grantedScopes === undefined) return [];
  return [...new Set(anyOf.flat())].filter(
    (scope) => scope !== '' && !grantedScopes.includes(scope),
  );
}

function wrongPlace(schema: LintedSchema, use: Use): Finding[] {
  const { kind, coordinate, directives } = use.place;
  const onInterface = kind === 'interface' || kind === 'interface field';
  const onInterfaceObject = kind === 'object' && schema.carries(directives, 'interfaceObject');
  if (onInterface || onInterfaceObject) {
    if (schema.isSupergraph) return [];
    const what = onInterfaceObject ? 'interface objects' : `${kind}s`;
    return [
      finding(
        use,
        'misplaced-directive',
        `composition refuses it on ${what}. Put it on the types that implement ${coordinate}.`,
      ),
    ];
  }
  if (ALLOWED_PLACES.includes(kind)) return [];
  return [
    finding(
      use,
      'misplaced-directive',
      `it has no meaning here (${kind}): only on objects, their fields, scalars and enums.`,
    ),
  ];
}

function wrongLink(links: readonly Link[], use: Use): Finding[] {
  const { directive, node } = use;
  if (!linkedNames(links, directive).includes(node.name.value)) {
    return [
      finding(
        use,
        'missing-link',
        'no @link imports it, so routers do not enforce it. Import it from federation v2.9.',
      ),
    ];
  }
  const link = links.find(({ spec }) => spec === 'federation');
  if (link === undefined || link.major !== 2 || link.minor >= SINCE[directive]) return [];
  return [
    finding(
      use,
      'outdated-link',
      `it came with federation v2.${SINCE[directive]}, and the link says v2.${link.minor}.`,
    ),
  ];
}

/** A name that is not linked is one mistake, however often it is used. */
function firstOfEachName(uses: readonly Use[]): Use[] {
  const names = uses.map(({ node }) => node.name.value);
  return uses.filter(({ node }, place) => names.indexOf(node.name.value) === place);
}

function finding({ place, node }: Use, rule: LintRule, message: string): Finding {
  const severity = rule === 'flat-requirement' ? 'warning' : 'error';
  return {
    rule,
    severity,
    coordinate: place.coordinate,
    message: `@${node.name.value}: ${message}`,
    line: lineOf(node),
  };
}
