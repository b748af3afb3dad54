import { readFile } from 'node:fs/promises';
import { readManifest, type TrustedDocuments } from '../platform/graphql/trusted-documents.js';
import { ConfigError } from './config.js';

/** Reads the manifest that AUTHGRAPH_TRUSTED_DOCUMENTS names. Rejects with a ConfigError. */
export async function readTrustedDocuments(
  path: string | undefined,
): Promise<TrustedDocuments | undefined> {
  if (path === undefined) return undefined;
  try {
    return readManifest(await readFile(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`AUTHGRAPH_TRUSTED_DOCUMENTS cannot be used: ${reason}`]);
  }
}
