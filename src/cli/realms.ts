import { type RealmRow, realms, type SettingChanges } from '../features/realms/index.js';
import { realmPath } from '../kernel/realm.js';
import { CommandFailed, EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, withTables } from './set-up.js';
import { confirm, print } from './terminal.js';

interface Output {
  readonly json?: boolean;
}

export function createRealm(
  env: Environment,
  id: string,
  settings: readonly string[],
  output: Output,
): Promise<ExitCode> {
  return withTables(env, async ({ use }) => {
    const row = await use(realms).manage.create(id, changesOf(settings));
    print(describe(row, output));
    return EXIT.done;
  });
}

export function listRealms(env: Environment, output: Output): Promise<ExitCode> {
  return withTables(env, async ({ use }) => {
    for await (const row of use(realms).manage.list()) {
      print(output.json ? describe(row, output) : row.id);
    }
    return EXIT.done;
  });
}

export function showRealm(env: Environment, id: string, output: Output): Promise<ExitCode> {
  return withTables(env, async ({ use }) => {
    print(describe(await use(realms).manage.show(id), output));
    return EXIT.done;
  });
}

/** `name=value` sets, `name=` takes the override back. */
export function setRealm(
  env: Environment,
  id: string,
  settings: readonly string[],
  output: Output,
): Promise<ExitCode> {
  return withTables(env, async ({ use }) => {
    print(describe(await use(realms).manage.set(id, changesOf(settings)), output));
    return EXIT.done;
  });
}

export function deleteRealm(
  env: Environment,
  id: string,
  { yes = false, json = false }: Output & { readonly yes?: boolean },
): Promise<ExitCode> {
  return withTables(env, async ({ use }) => {
    const { manage } = use(realms);
    await manage.show(id);
    const question = `This deletes all users, sessions and keys of "${id}". Go on? (yes/no) `;
    if (!yes && !(await confirm(question))) {
      throw new CommandFailed('Not done. Call it with --yes to do it without a question.');
    }
    await manage.delete(id);
    print(json ? JSON.stringify({ deleted: id }) : `deleted ${id}`);
    return EXIT.done;
  });
}

function changesOf(settings: readonly string[]): SettingChanges {
  return Object.fromEntries(
    settings.map((text) => {
      const at = text.indexOf('=');
      if (at <= 0) throw new CommandFailed(`"${text}" is not name=value`, EXIT.usage);
      const value = text.slice(at + 1);
      return [text.slice(0, at), value === '' ? null : value];
    }),
  );
}

/** A line for JSON, else one for the realm and one for each override. */
function describe(row: RealmRow, { json = false }: Output): string {
  const { id, settings, createdAt } = row;
  if (json) return JSON.stringify({ id, settings, createdAt });
  const path = `${realmPath(id)}/graphql`;
  const overrides = Object.entries(settings).map(([name, value]) => `  ${name}=${value}`);
  const head = `${id}  ${path}  created ${createdAt.toISOString()}`;
  return [head, ...overrides.toSorted()].join('\n');
}
