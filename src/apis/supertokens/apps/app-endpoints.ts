import { z } from 'zod';
import { refuse } from '../protocol/core-error.js';
import { type Call, type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { optionalText, text } from '../protocol/fields.js';
import { PUBLIC } from '../protocol/request-path.js';
import type { ManageApps } from './manage-apps.js';
import type { ManageTenants } from './manage-tenants.js';
import { changeOf, olderChangeOf, TENANT_FIELDS } from './tenant-input.js';
import { appJson, olderAppJson } from './tenant-json.js';

const SAVE = z.object({ appId: optionalText, ...TENANT_FIELDS });

/** Apps: isolated sets of everything. */
export function appEndpoints(apps: ManageApps, tenants: ManageTenants): Endpoint[] {
  async function save(call: Call, input: z.output<typeof SAVE>, kind: 'v1' | 'v2') {
    const appId = readAppId(input.appId ?? call.app.id);
    if (call.app.id !== PUBLIC && call.app.id !== appId) {
      refuse(403, 'You must use the public or same app to create or update an app');
    }
    const isOwn = call.app.id === appId;
    const { settings, ...factors } =
      kind === 'v2' ? changeOf(input) : olderChangeOf(input, isOwn ? call.tenant : undefined);
    const createdNew = await apps.save(appId, settings);
    if (Object.values(factors).some((value) => value !== undefined)) {
      const app = isOwn ? call.app : await apps.find(appId);
      await tenants.save(app, PUBLIC, factors);
    }
    return { ...OK, createdNew };
  }
  return [
    endpoint({
      method: 'PUT',
      path: '/recipe/multitenancy/app/v2',
      scope: 'app',
      input: SAVE,
      handle: (call, input) => save(call, input, 'v2'),
    }),
    endpoint({
      method: 'PUT',
      path: '/recipe/multitenancy/app',
      scope: 'app',
      input: SAVE,
      handle: (call, input) => save(call, input, 'v1'),
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/multitenancy/app/remove',
      scope: 'app',
      input: z.object({ appId: text }),
      handle: async ({ app }, { appId }) => {
        if (app.id !== PUBLIC) refuse(403, 'Only the public app is allowed to remove apps');
        return { ...OK, didExist: await apps.delete(readAppId(appId)) };
      },
    }),
    ...['/recipe/multitenancy/app/list', '/recipe/multitenancy/app/list/v2'].map((path) =>
      endpoint({
        method: 'GET',
        path,
        scope: 'app',
        input: z.object({}),
        handle: async ({ app }) => {
          if (app.id !== PUBLIC) refuse(403, 'Only the public app is allowed to list apps');
          const json = path.endsWith('v2') ? appJson : olderAppJson;
          return { ...OK, apps: (await apps.list()).map(json) };
        },
      }),
    ),
  ];
}

function readAppId(text: string): string {
  const appId = text.trim().toLowerCase();
  if (!/^[a-z0-9-]+$/.test(appId)) {
    refuse(400, 'appId can only contain letters, numbers and hyphens');
  }
  if (appId.startsWith('appid-')) refuse(400, "appId must not start with 'appid-'");
  return appId;
}
