// Exits with 1 unless the file is C# without a syntax error: node csharp-syntax.mjs <file>
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Language, Parser } from 'web-tree-sitter';

const grammar = import.meta.resolve('@lumis-sh/wasm-csharp/tree-sitter-csharp.wasm');
await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(fileURLToPath(grammar)));
const { rootNode } = parser.parse(readFileSync(process.argv[2], 'utf8'));
if (rootNode.hasError) throw new Error(`This is no C#: ${rootNode}`);
