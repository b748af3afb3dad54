import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const frameworks = dirname(dirname(fileURLToPath(import.meta.url)));

// biome-ignore lint/style/noDefaultExport: Next.js asks for it
export default {
  distDir: 'dist',
  outputFileTracingRoot: frameworks,
  turbopack: { root: frameworks },
};
