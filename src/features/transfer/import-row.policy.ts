import { z } from 'zod';

const text = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine((value) => value.isWellFormed() && !value.includes('\0'));

const identity = z.strictObject({
  method: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  /** Who this is to the method, such as a provider's user id. */
  subject: text(255).min(1),
  email: text(254).nullish(),
  verified: z.boolean().default(false),
});

/** A line of an import: a user, and how they are known. */
const row = z.strictObject({
  id: z.uuid().toLowerCase().optional(),
  email: text(254).nullish(),
  emailVerified: z.boolean().default(false),
  disabled: z.boolean().default(false),
  createdAt: z.iso.datetime({ offset: true }).optional(),
  roles: z.array(z.string()).max(50).default([]),
  publicMetadata: z.record(z.string(), z.unknown()).default({}),
  privateMetadata: z.record(z.string(), z.unknown()).default({}),
  passwordHash: z.string().nullish(),
  identities: z.array(identity).max(20).default([]),
});

export type ImportRow = z.output<typeof row>;

/** What a line says, or why it cannot be taken, without repeating what it holds. Pure. */
export function readImportRow(line: string): ImportRow | { readonly refused: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { refused: 'it is no JSON' };
  }
  const { data, error } = row.safeParse(value);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  const place = issue?.path.join('.') ?? '';
  return { refused: place === '' ? 'it is no user' : `"${place}" is not as it has to be` };
}
