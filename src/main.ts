#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import * as modules from 'node:module';
import { EXIT } from './cli/exit-codes.js';
import { explainFailure } from './cli/explain-failure.js';
import { nodeVersionProblem } from './cli/node-version.js';
import { createProgram } from './cli/program.js';

const manifest = readManifest();
const tooOld = nodeVersionProblem(process.versions.node, manifest.engines.node);
if (tooOld !== undefined) {
  process.stderr.write(`authgraph: ${tooOld}\n`);
  process.exit(EXIT.failed);
}
// The commands are loaded when they are called: `--help` should not wait for a database driver.
modules.enableCompileCache();

const program = createProgram(manifest.version, {
  env: process.env,
  end: async (command) => {
    process.exitCode = await command;
  },
});
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = await explainFailure(error);
}

function readManifest(): { readonly version: string; readonly engines: { readonly node: string } } {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
}
