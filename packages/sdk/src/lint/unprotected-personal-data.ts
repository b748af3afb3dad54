import type { ConstDirectiveNode, FieldDefinitionNode } from 'graphql';
import { argumentsOf } from '../directives/links.js';
import type { Finding } from './finding.js';
import { lineOf } from './line-of.js';
import type { LintedSchema } from './linted-schema.js';
import type { LintedType } from './schema-elements.js';

/** Field names that hold a person's data wherever they appear. Compared without case and `_`. */
export const PERSONAL_DATA: readonly string[] = [
  ...['email', 'emailAddress', 'phone', 'phoneNumber', 'mobile', 'mobileNumber'],
  ...[
    'address',
    'streetAddress',
    'postalAddress',
    'homeAddress',
    'shippingAddress',
    'billingAddress',
    'postalCode',
    'zipCode',
  ],
  ...['birthDate', 'birthday', 'dateOfBirth', 'firstName', 'lastName', 'fullName'],
  ...[
    'ssn',
    'socialSecurityNumber',
    'taxId',
    'nationalId',
    'passportNumber',
    'iban',
    'creditCardNumber',
    'ipAddress',
  ],
];

const PERSONAL_TAGS: readonly unknown[] = ['pii', 'personal-data'];

/**
 * Personal data that anybody can read. What is marked as such is an error, what only has the name
 * of it a warning.
 */
export function unprotectedPersonalData(schema: LintedSchema, names: readonly string[]): Finding[] {
  const personal = new Set(names.map(comparable));
  return [...schema.types.values()].flatMap((type) =>
    type.fields
      .filter((field) => !schema.isProtected(type, field))
      .flatMap((field) => findings(type, field)),
  );

  function findings(type: LintedType, field: FieldDefinitionNode): Finding[] {
    const marked = [...type.directives, ...(field.directives ?? [])].some(isMark);
    if (!marked && !personal.has(comparable(field.name.value))) return [];
    const why = marked ? 'It is marked as personal data' : 'Its name says personal data';
    return [
      {
        rule: 'unprotected-personal-data',
        severity: marked ? 'error' : 'warning',
        coordinate: `${type.name}.${field.name.value}`,
        message: `${why}, and anybody can read it. Add @authenticated, @requiresScopes or @policy.`,
        line: lineOf(field),
      },
    ];
  }

  function isMark(directive: ConstDirectiveNode): boolean {
    if (directive.name.value === 'personalData') return true;
    return (
      schema.carries([directive], 'tag') && PERSONAL_TAGS.includes(argumentsOf(directive).name)
    );
  }
}

function comparable(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}
