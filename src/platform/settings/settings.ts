import type { z } from 'zod';
import type { Realm, SettingValues } from '../../kernel/realm.js';

/** One setting: how its text is read, and what it is when nobody sets it. */
export interface Setting<Value> {
  /** Reads the text of the environment variable, or of a realm's override. */
  readonly schema: z.ZodType<Value, string>;
  /** As somebody would write it; undefined where the schema takes that. */
  readonly fallback: string | undefined;
  /** One line, for `authgraph realms show --help` and the docs. */
  readonly about: string;
  /** False for what is the whole process's: a realm cannot override it. */
  readonly perRealm: boolean;
}

type Shape = Readonly<Record<string, Setting<unknown>>>;
type Values<Of extends Shape> = {
  readonly [Name in keyof Of]: Of[Name] extends Setting<infer Value> ? Value : never;
};

/** A setting that each realm may override. */
export function realmSetting<Value>(
  schema: z.ZodType<Value, string>,
  fallback: string | undefined,
  about: string,
): Setting<Value> {
  return { schema, fallback, about, perRealm: true };
}

/** A setting of the whole process. */
export function processSetting<Value>(
  schema: z.ZodType<Value, string>,
  fallback: string | undefined,
  about: string,
): Setting<Value> {
  return { schema, fallback, about, perRealm: false };
}

/** The settings of one feature. `accessTokenTtl` is the variable AUTHGRAPH_ACCESS_TOKEN_TTL. */
export class Settings<Of extends Shape = Shape> {
  readonly shape: Of;

  constructor(shape: Of) {
    this.shape = shape;
  }

  /** This feature's settings in a realm, or of the process. */
  of({ settings }: Pick<Realm, 'settings'>): Values<Of> {
    return settings as Values<Of>; // made by `parseSettings` from the shapes of all features
  }
}

export function variableOf(name: string): string {
  return `AUTHGRAPH_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** Text by setting name. */
export type SettingTexts = Readonly<Record<string, string | undefined>>;

export interface ParsedSettings {
  readonly values: SettingValues;
  /** By name of the setting. */
  readonly problems: readonly { readonly name: string; readonly message: string }[];
}

/** Reads what is set, and takes the fallback for the rest. */
export function parseSettings(all: readonly Settings[], texts: SettingTexts): ParsedSettings {
  const values: Record<string, unknown> = {};
  const problems: { name: string; message: string }[] = [];
  for (const { shape } of all) {
    for (const [name, { schema, fallback }] of Object.entries(shape)) {
      const { success, data, error } = schema.safeParse(texts[name] ?? fallback);
      if (success) values[name] = data;
      else problems.push(...error.issues.map(({ message }) => ({ name, message })));
    }
  }
  return { values, problems };
}

/** Reads a realm's overrides; what a realm cannot set, or nobody knows, is a problem too. */
export function parseOverrides(all: readonly Settings[], texts: SettingTexts): ParsedSettings {
  const values: Record<string, unknown> = {};
  const problems: { name: string; message: string }[] = [];
  const known = new Map(all.flatMap(({ shape }) => Object.entries(shape)));
  for (const [name, text] of Object.entries(texts)) {
    const setting = known.get(name);
    if (!setting?.perRealm) {
      problems.push({ name, message: 'is not a setting that a realm can have' });
      continue;
    }
    const { success, data, error } = setting.schema.safeParse(text);
    if (success) values[name] = data;
    else problems.push(...error.issues.map(({ message }) => ({ name, message })));
  }
  return { values, problems };
}
