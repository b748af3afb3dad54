import { z } from 'zod';
import { refuse, refuseField } from './core-error.js';

export type JsonObject = { [name: string]: unknown };

/** Any text that comes back from the database as it is: no NUL, no half of a character. */
export const text = z.string().refine((value) => value.isWellFormed() && !value.includes('\u0000'));
/** SDKs write null for what they leave out. */
export const optionalText = text.nullish().transform((value) => value ?? undefined);
export const flag = z.boolean();
export const optionalFlag = flag.nullish().transform((value) => value ?? undefined);
export const jsonObject = z.custom<JsonObject>(isJsonObject);
export const optionalJsonObject = jsonObject.nullish().transform((value) => value ?? undefined);
export const texts = z.array(text);
export const optionalTexts = texts.nullish().transform((value) => value ?? undefined);

/** `true` or `false` in a query; anything else is read as the core reads it: false. */
export function queryFlag(fallback: boolean) {
  return z
    .string()
    .optional()
    .transform((value) => (value === undefined ? fallback : value.toLowerCase() === 'true'));
}

/** A name that is trimmed and may not be empty. */
export function name(field: string) {
  return text.transform((value) => {
    const trimmed = value.trim();
    return trimmed === ''
      ? refuse(400, `Field name '${field}' cannot be an empty String`)
      : trimmed;
  });
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Checks the body of a request; names the first field that is wrong. */
export function readBody<Input>(schema: z.ZodType<Input>, body: unknown): Input {
  if (!isJsonObject(body)) return refuse(400, 'Invalid Json Input');
  const { data, error } = schema.safeParse(body);
  return error === undefined ? data : refuseField(fieldOf(error));
}

/** The same for a query. */
export function readQuery<Input>(schema: z.ZodType<Input>, query: object): Input {
  const { data, error } = schema.safeParse(query);
  if (error === undefined) return data;
  return refuse(400, `Field name '${fieldOf(error)}' is missing in GET request`);
}

function fieldOf({ issues }: z.ZodError): string {
  return String(issues[0]?.path[0] ?? '');
}
