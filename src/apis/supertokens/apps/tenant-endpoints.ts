import { z } from 'zod';
import { refuse } from '../protocol/core-error.js';
import { type Call, type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { jsonObject, optionalFlag, text } from '../protocol/fields.js';
import { NOT_TENANTS, PUBLIC } from '../protocol/request-path.js';
import type { ManageTenants } from './manage-tenants.js';
import { changeOf, normalProvider, olderChangeOf, TENANT_FIELDS } from './tenant-input.js';
import { olderTenantJson, tenantJson } from './tenant-json.js';

const SAVE = z.object({ tenantId: text, ...TENANT_FIELDS });
const PATH = '/recipe/multitenancy/tenant';
const NAME = /^[a-z0-9-]+$/;

/** Tenants: within an app, each has its own login methods, sessions and providers. */
export function tenantEndpoints(tenants: ManageTenants): Endpoint[] {
  async function save({ app, tenant }: Call, input: z.output<typeof SAVE>, kind: 'v1' | 'v2') {
    const id = readTenantId(input.tenantId);
    if (tenant.id !== PUBLIC && tenant.id !== id) {
      refuse(403, 'You must use the public or same tenant to create or update a tenant');
    }
    const change = kind === 'v2' ? changeOf(input) : olderChangeOf(input, app.tenants.get(id));
    return { ...OK, createdNew: await tenants.save(app, id, change) };
  }
  return [
    ...(['v1', 'v2'] as const).flatMap((kind) => {
      const path = kind === 'v2' ? `${PATH}/v2` : PATH;
      const json = kind === 'v2' ? tenantJson : olderTenantJson;
      return [
        endpoint({
          method: 'GET',
          path,
          scope: 'tenant',
          absent: { status: 'TENANT_NOT_FOUND_ERROR' },
          input: z.object({}),
          handle: async ({ app, tenant }) => ({ ...OK, ...json(app, tenant) }),
        }),
        endpoint({
          method: 'PUT',
          path,
          scope: 'tenant',
          input: SAVE,
          handle: (call, input) => save(call, input, kind),
        }),
        endpoint({
          method: 'GET',
          path: kind === 'v2' ? `${PATH}/list/v2` : `${PATH}/list`,
          scope: 'tenant',
          input: z.object({}),
          handle: async ({ app, tenant }) => {
            if (tenant.id !== PUBLIC) refuse(403, 'Only the public tenant may list tenants');
            return { ...OK, tenants: [...app.tenants.values()].map((each) => json(app, each)) };
          },
        }),
      ];
    }),
    endpoint({
      method: 'POST',
      path: `${PATH}/remove`,
      scope: 'tenant',
      input: z.object({ tenantId: text }),
      handle: async ({ app, tenant, caller }, input) => {
        const id = readTenantId(input.tenantId);
        if (tenant.id !== PUBLIC) refuse(403, 'Only the public tenant may remove tenants');
        if (id === PUBLIC) refuse(403, 'Cannot delete the public tenant');
        return { ...OK, didExist: await tenants.delete(app, id, caller) };
      },
    }),
    endpoint({
      method: 'PUT',
      path: '/recipe/multitenancy/config/thirdparty',
      scope: 'tenant',
      input: z.object({ config: jsonObject, skipValidation: optionalFlag }),
      handle: async ({ app, tenant }, { config }) => {
        const provider = normalProvider(config);
        const isOther = ({ thirdPartyId }: typeof provider) =>
          thirdPartyId !== provider.thirdPartyId;
        const createdNew = await tenants.changeProviders(app, tenant.id, (before) => {
          const others = before.filter(isOther);
          return { providers: [...others, provider], result: others.length === before.length };
        });
        return { ...OK, createdNew };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/recipe/multitenancy/config/thirdparty/remove',
      scope: 'tenant',
      input: z.object({ thirdPartyId: text }),
      handle: async ({ app, tenant }, { thirdPartyId }) => {
        const didConfigExist = await tenants.changeProviders(app, tenant.id, (before) => {
          const providers = before.filter((each) => each.thirdPartyId !== thirdPartyId);
          return { providers, result: providers.length < before.length };
        });
        return { ...OK, didConfigExist };
      },
    }),
  ];
}

function readTenantId(text: string): string {
  const id = text.trim().toLowerCase();
  if (!NAME.test(id)) refuse(400, 'tenantId can only contain letters, numbers and hyphens');
  if (id.startsWith('appid-')) refuse(400, "tenantId must not start with 'appid-'");
  if (NOT_TENANTS.has(id)) refuse(400, `Cannot use '${id}' as a tenantId`);
  return id;
}
