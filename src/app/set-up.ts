import type { Logger } from 'pino';
import { systemRandomness } from '../kernel/randomness.js';
import { createLog } from '../platform/log/log.js';
import { blaming } from './blame.js';
import { type Config, parseConfig, type SettingVariables } from './config.js';
import { developmentSecret } from './development-secret.js';

interface SetUp {
  readonly config: Config;
  readonly log: Logger;
  /** Newest first. */
  readonly secrets: readonly string[];
}

/**
 * What everything starts from. The log goes to standard output unless given. Rejects with a
 * ConfigError when the settings are wrong.
 */
export async function setUp(settings: SettingVariables, log?: Logger): Promise<SetUp> {
  const config = parseConfig(settings);
  const { dataDir } = config.database;
  return {
    config,
    log: log ?? createLog(config.logLevel),
    secrets:
      config.secrets.length > 0
        ? config.secrets
        : [await blaming('AUTHGRAPH_DATA_DIR', () => developmentSecret(dataDir, systemRandomness))],
  };
}
