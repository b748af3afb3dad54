import { dirname } from 'node:path';

// biome-ignore lint/style/noDefaultExport: Next.js asks for it
export default {
  turbopack: { root: dirname(import.meta.dirname) }, // where the packages and app.mjs are
  serverExternalPackages: ['supertokens-node'],
};
