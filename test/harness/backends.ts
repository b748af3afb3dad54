import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../package/packages.js';
import { until } from './until.js';

/** A server in another language, as docs/backends.md has it. */
export interface Backend {
  readonly name: string;
  /** The program that builds it. */
  readonly tool: string;
  /** Its section in the document, whose blocks are these files, in order. */
  readonly section: string;
  readonly files: readonly string[];
  /** What the reader is supposed to have around it. */
  readonly around?: { readonly [file: string]: string };
  readonly build: readonly (readonly string[])[];
  run(port: number): readonly string[];
}

export interface RunningBackend extends AsyncDisposable {
  readonly url: string;
}

const PIP = ['venv/bin/pip', '-q', 'install'];
/** What `manage.py runserver` would serve. */
const DJANGO = `import sys
from wsgiref.simple_server import make_server
import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import path

settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="only for this test")
django.setup()
import views

urlpatterns = [path("me", views.me)]
make_server("127.0.0.1", int(sys.argv[1]), get_wsgi_application()).serve_forever()
`;

export const BACKENDS: readonly Backend[] = [
  {
    name: 'FastAPI',
    tool: 'python3',
    section: 'Python: FastAPI',
    files: ['main.py'],
    build: [
      ['python3', '-m', 'venv', 'venv'],
      [...PIP, 'fastapi==0.165.0', 'uvicorn==0.54.0', 'pyjwt[crypto]==2.15.1'],
    ],
    run: (port) => ['venv/bin/uvicorn', 'main:app', '--port', String(port)],
  },
  {
    name: 'Django',
    tool: 'python3',
    section: 'Python: Django',
    files: ['views.py'],
    around: { 'serve.py': DJANGO },
    build: [
      ['python3', '-m', 'venv', 'venv'],
      [...PIP, 'django==5.2.19', 'pyjwt[crypto]==2.15.1'],
    ],
    run: (port) => ['venv/bin/python', 'serve.py', String(port)],
  },
  {
    name: 'Go',
    tool: 'go',
    section: 'Go',
    files: ['main.go'],
    build: [
      ['go', 'mod', 'init', 'example.com/api'],
      ['go', 'get', 'github.com/coreos/go-oidc/v3/oidc@v3.21.0'],
      ['go', 'build', '-o', 'server', '.'],
    ],
    run: () => ['./server'],
  },
  {
    name: 'Spring Boot',
    tool: 'mvn',
    section: 'Java: Spring Boot',
    files: ['pom.xml', 'src/main/java/com/example/Api.java'],
    build: [['mvn', '-q', '-B', 'package']],
    run: (port) => ['java', '-jar', 'target/api-1.jar', `--server.port=${port}`],
  },
  {
    name: 'Rust',
    tool: 'cargo',
    section: 'Rust',
    files: ['Cargo.toml', 'src/main.rs'],
    build: [['cargo', 'build', '-q']],
    run: () => ['target/debug/api'],
  },
];

const BUILD_TIMEOUT_MS = 300_000;
const START_TIMEOUT_MS = 60_000;

/** Why a backend cannot be built on this machine; undefined where it can. */
export async function problemOf({ tool }: Backend): Promise<string | undefined> {
  const version = tool === 'go' ? 'version' : '--version';
  return promisify(execFile)(tool, [version]).then(
    () => undefined,
    () => `${tool} is not installed`,
  );
}

/** Builds a backend from its document, once for what stands there. Answers its folder. */
export async function buildBackend(backend: Backend): Promise<string> {
  const files = { ...(await filesOf(backend)), ...backend.around };
  const content = createHash('sha256')
    .update(JSON.stringify([files, backend.build]))
    .digest('hex');
  const name = `${backend.name.toLowerCase().replaceAll(' ', '-')}-${content.slice(0, 16)}`;
  const folder = join(homedir(), '.cache', 'authgraph-backends', name);
  const done = join(folder, '.built');
  if (existsSync(done)) return folder;
  await rm(folder, { recursive: true, force: true });
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  for (const [command = '', ...args] of backend.build)
    await promisify(execFile)(inFolder(command, folder), args, {
      cwd: folder,
      timeout: BUILD_TIMEOUT_MS,
    });
  await writeFile(done, '');
  return folder;
}

/** Starts a backend that was built, and waits until it answers. */
export async function startBackend(
  backend: Backend,
  { folder, issuer }: { readonly folder: string; readonly issuer: string },
): Promise<RunningBackend> {
  const port = await unusedPort();
  const [command = '', ...args] = backend.run(port);
  const env = { ...process.env, PORT: String(port), AUTHGRAPH_ISSUER: issuer };
  const child = spawn(inFolder(command, folder), args, { cwd: folder, env });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      said += text;
    });
  const url = `http://127.0.0.1:${port}`;
  const answers = () => {
    if (child.exitCode !== null) throw new Error(`${backend.name} ended: ${said.slice(-2_000)}`);
    return fetch(`${url}/me`).then(
      () => true,
      () => false,
    );
  };
  await until(answers, START_TIMEOUT_MS, `${backend.name} answers`);
  return {
    url,
    async [Symbol.asyncDispose]() {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

export async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The blocks of its section, as the files that they are. */
async function filesOf({ section, files }: Backend): Promise<Record<string, string>> {
  const document = await readFile(join(ROOT, 'docs', 'backends.md'), 'utf8');
  const [, rest = ''] = document.split(`\n## ${section}\n`);
  const [own = ''] = rest.split('\n## ');
  const blocks = [...own.matchAll(/^```\w+\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
  if (blocks.length !== files.length) throw new Error(`"${section}" has ${blocks.length} blocks`);
  return Object.fromEntries(files.map((file, index) => [file, blocks[index] ?? '']));
}

function inFolder(command: string, folder: string): string {
  return command.includes('/') ? join(folder, command) : command;
}
