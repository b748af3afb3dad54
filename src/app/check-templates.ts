import { mail } from '../features/mail/index.js';
import type { Composition } from './compose.js';
import { ConfigError } from './config.js';

/** A template that is broken stops the start, not the first mail. */
export async function checkTemplates(
  composition: Composition,
  folder: string | undefined,
): Promise<void> {
  if (folder === undefined) return;
  try {
    await composition.use(mail).renderer.templates();
  } catch (error) {
    await composition[Symbol.asyncDispose]();
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`AUTHGRAPH_TEMPLATES: ${reason}`]);
  }
}
