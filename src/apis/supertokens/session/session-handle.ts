import { isId } from '../../../kernel/ids.js';
import type { App } from '../apps/app.js';
import type { AppDirectory } from '../apps/app-directory.js';
import { PUBLIC } from '../protocol/request-path.js';
import type { SessionHandle } from './core-session.store.js';

/** A UUID, and the tenant behind it where that is another than `public`. */
export function writeHandle({ id, tenantId }: SessionHandle): string {
  return tenantId === PUBLIC ? id : `${id}_${tenantId}`;
}

/** The id in a handle; undefined when no session can have it. Refuses an unknown tenant. */
export function readHandle(apps: AppDirectory, app: App, handle: string): string | undefined {
  const [id = '', ...rest] = handle.split('_');
  if (rest.length > 0) apps.tenantOf(app, rest.join('_').toLowerCase());
  return isId(id) ? id.toLowerCase() : undefined;
}
