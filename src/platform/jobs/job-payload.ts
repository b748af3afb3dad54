import type { Seal } from '../../kernel/secrets.js';
import type { JobData } from './job.store.js';

/** A payload sealed for one job of one realm. */
export function sealPayload(seal: Seal, id: string, realmId: string, payload: object): JobData {
  const sealed = seal.seal(JSON.stringify(payload), contextOf(id, realmId)).toString('base64');
  return { realmId, sealed };
}

export function openPayload(seal: Seal, id: string, { realmId, sealed }: JobData): object {
  return JSON.parse(seal.open(Buffer.from(sealed, 'base64'), contextOf(id, realmId)));
}

function contextOf(id: string, realmId: string): string {
  return `${realmId}:${id}`;
}
