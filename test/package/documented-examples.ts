import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { packageOf, specifiersIn } from './import-graph.js';

export interface Example {
  /** Where it stands, such as `docs/sdk.md:61`. */
  readonly place: string;
  readonly code: string;
  /** The packages it uses that are installed neither here nor with the framework tests. */
  readonly missing: readonly string[];
}

const BLOCK = /^```ts\n([\s\S]*?)^```$/gm;

/** The TypeScript blocks of a document. */
export async function examplesIn(root: string, document: string): Promise<Example[]> {
  const text = await readFile(join(root, document), 'utf8');
  return [...text.matchAll(BLOCK)].map(({ 1: code = '', index }) => ({
    place: `${document}:${text.slice(0, index).split('\n').length}`,
    code,
    missing: packagesOf(code).filter((name) => typesOf(root, name) === undefined),
  }));
}

/**
 * Compiles each as a module of its own against the package as others get it: by its own name,
 * through `exports`. Answers the compiler's complaints by place; an example without any is not
 * listed.
 */
export async function complaintsAbout(
  root: string,
  examples: readonly Example[],
  options: object,
): Promise<Map<string, string[]>> {
  // inside the package, so that it can call itself by its name
  const folder = await mkdtemp(join(root, 'dist', 'examples-'));
  try {
    const names = new Map(examples.map(({ place }, index) => [`example-${index}.ts`, place]));
    await Promise.all(
      examples.map(({ code }, index) => writeFile(join(folder, `example-${index}.ts`), code)),
    );
    const config = { compilerOptions: options, files: [...names.keys()] };
    await linkFrameworks(root, folder, examples);
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const complaints = new Map<string, string[]>();
    for (const line of await complaintsOfCompiler(root, folder)) {
      const file = /example-\d+\.ts/.exec(line)?.[0];
      const place = names.get(file ?? '') ?? 'elsewhere';
      complaints.set(place, [...(complaints.get(place) ?? []), line]);
    }
    return complaints;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function complaintsOfCompiler(root: string, folder: string): Promise<string[]> {
  const compiler = join(root, 'node_modules', '.bin', 'tsc');
  const args = ['-p', folder, '--noEmit', '--pretty', 'false'];
  const output = await promisify(execFile)(compiler, args, { cwd: root }).then(
    () => '',
    ({ stdout, message }: { stdout?: string; message: string }) => stdout || message,
  );
  return output.split('\n').filter((line) => line.includes('error'));
}

function packagesOf(code: string): string[] {
  const packages = specifiersIn(code).filter((specifier) => !isBuiltin(specifier));
  return [...new Set(packages.map(packageOf))].filter((name) => !name.startsWith('@authgraph/'));
}

/** Frameworks that only the framework tests install are put where the examples find them. */
async function linkFrameworks(
  root: string,
  folder: string,
  examples: readonly Example[],
): Promise<void> {
  const frameworks = join(root, 'test', 'frameworks', 'node_modules');
  for (const name of new Set(examples.flatMap(({ code }) => packagesOf(code)))) {
    const types = typesOf(root, name);
    if (!types?.startsWith(frameworks)) continue;
    const link = join(folder, 'node_modules', relative(frameworks, types));
    await mkdir(dirname(link), { recursive: true });
    await symlink(types, link, 'junction');
  }
}

/** The folder that holds a package's types; undefined where it is not installed. */
function typesOf(root: string, name: string): string | undefined {
  const types = name.startsWith('@') ? name.slice(1).replace('/', '__') : name;
  const candidates = [root, join(root, 'test', 'frameworks')].flatMap((place) => [
    join(place, 'node_modules', '@types', types),
    join(place, 'node_modules', name),
  ]);
  return candidates.find((folder) => existsSync(folder));
}
