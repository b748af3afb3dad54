import { z } from 'zod';
import { parseDuration } from '../../kernel/duration.js';
import { secretProblem } from './random-secret.policy.js';

/** A duration such as 30s, 10m, 12h or 14d, in seconds. */
export function duration(from: string, to: string): z.ZodType<number, string> {
  const [least = 0, most = 0] = [from, to].map(parseDuration);
  return z.string().transform((text, context) => {
    const seconds = parseDuration(text);
    if (seconds !== undefined && seconds >= least && seconds <= most) return seconds;
    context.addIssue(
      `must be a duration from ${from} to ${to}, such as 30s, 10m, 12h or 14d; it is "${text}"`,
    );
    return z.NEVER;
  });
}

export function integer(from: number, to: number): z.ZodType<number, string> {
  const message = `must be a whole number from ${from} to ${to}`;
  return z
    .string()
    .regex(/^\d+$/, message)
    .transform(Number)
    .pipe(z.number().min(from, message).max(to, message));
}

export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  // What an environment variable holds is text; the enum says which texts.
  return z.enum(values, `must be one of ${values.join(', ')}`) as unknown as z.ZodType<
    Values[number],
    string
  >;
}

function isPercentEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== '';
  } catch {
    return false;
  }
}

export function url(protocols: readonly string[]): z.ZodType<string, string> {
  const beginnings = protocols.map((protocol) => `${protocol}//`).join(' or ');
  const isUrl = (text: string) => URL.canParse(text) && protocols.includes(new URL(text).protocol);
  return (
    z
      .string()
      .refine(isUrl, `must be a URL that starts with ${beginnings}`)
      // What reads it later would fail over it, at the first connection.
      .refine(isPercentEncoded, 'has a "%" that begins no percent-encoded character: write %25')
  );
}

/** A URL that paths can be added to. */
export const publicUrl = url(['http:', 'https:'])
  .refine(
    (text) =>
      !URL.canParse(text) || /^(?:\/[^?#]*)?$/.test(text.slice(new URL(text).origin.length)),
    'must be a plain URL, without a query or fragment',
  )
  .refine((text) => !text.endsWith('/'), 'must not end with a slash');

/** Where a page comes from. `*` is refused: it would let every site use the cookies. */
export const origin: z.ZodType<string, string> = z
  .string()
  .refine((text) => text !== '*', 'must name origins: "*" would let every site use the cookies')
  .refine(
    (text) => text === '*' || (URL.canParse(text) && new URL(text).origin === text),
    'must be a comma-separated list of origins, such as https://app.example.com',
  );

/** Comma-separated; empty entries are left out. */
export function list(item: z.ZodType<string, string>): z.ZodType<string[], string> {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ''),
    )
    .pipe(z.array(item));
}

/** A secret that an operator makes. */
export const randomSecret: z.ZodType<string, string> = z.string().superRefine((value, context) => {
  const problem = secretProblem(value);
  if (problem !== undefined) context.addIssue(problem);
});

export const text: z.ZodType<string, string> = z.string();

export const flag: z.ZodType<boolean, string> = oneOf(['true', 'false']).transform(
  (value) => value === 'true',
);

/** The same, or nothing. */
export function optional<Value>(schema: z.ZodType<Value, string>) {
  // Settings are text or absent, which is what the type of a setting's schema cannot say.
  return schema.optional() as unknown as z.ZodType<Value | undefined, string>;
}
