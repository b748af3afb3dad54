import type { AppDirectory } from '../apps/app-directory.js';
import type { FixedPath } from '../server.js';
import { checkApiKey } from './api-keys.js';
import { readCdiVersion, SERVED_VERSIONS } from './cdi-version.js';
import { PUBLIC } from './request-path.js';

/** Tells that the core is there, after asking the database. */
export function helloPaths(ping: () => Promise<void>): FixedPath[] {
  return ['/hello', '/'].map((path) => ({
    path,
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
    async answer() {
      await ping();
      return { body: 'Hello' };
    },
  }));
}

/** Which versions SDKs may choose from; the first that each asks. */
export function apiVersionPath(apps: AppDirectory, apiKeys: readonly string[]): FixedPath {
  return {
    path: '/apiversion',
    methods: ['GET'],
    async answer({ appId, headers }) {
      const { config } = await apps.find({ appId, tenantId: PUBLIC });
      checkApiKey(headers, config.apiKeys ?? apiKeys);
      const most = config.maxVersion;
      const version = headers['cdi-version'];
      if (typeof version === 'string') readCdiVersion(version, most === undefined ? {} : { most });
      return { body: { versions: SERVED_VERSIONS } };
    },
  };
}
