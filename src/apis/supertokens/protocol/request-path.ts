/** Where a request is meant for, as its path says. */
export interface RequestPath {
  readonly appId: string;
  readonly tenantId: string;
  /** In lower case, without a slash at its end. */
  readonly apiPath: string;
}

export const PUBLIC = 'public';

const APP = /^appid-([a-z0-9-]+)$/;
const TENANT = /^[a-z0-9-]+$/;

/** What begins other paths of the interface, served or not. */
export const NOT_TENANTS: ReadonlySet<string> = new Set([
  'recipe',
  'config',
  'users',
  'hello',
  'bulk-import',
]);

/**
 * Reads `[/appid-<app>][/<tenant>]<api path>`, in any case, with or without a slash at its end. A
 * path that is an API's as it stands is that, and only then one with a prefix. Undefined for paths
 * of no API.
 */
export function readRequestPath(
  path: string,
  isApi: (apiPath: string) => boolean,
): RequestPath | undefined {
  const whole = path.toLowerCase().replace(/\/+$/, '') || '/';
  if (isApi(whole)) return { appId: PUBLIC, tenantId: PUBLIC, apiPath: whole };
  const segments = whole.split('/').slice(1);
  const appId = APP.exec(segments[0] ?? '')?.[1];
  if (appId !== undefined) segments.shift();
  const apiPath = pathOf(segments);
  if (isApi(apiPath)) return { appId: appId ?? PUBLIC, tenantId: PUBLIC, apiPath };
  const tenantId = segments.shift() ?? '';
  const rest = pathOf(segments);
  if (!TENANT.test(tenantId) || NOT_TENANTS.has(tenantId) || !isApi(rest)) return undefined;
  return { appId: appId ?? PUBLIC, tenantId, apiPath: rest };
}

function pathOf(segments: readonly string[]): string {
  return `/${segments.join('/')}`;
}
