import type { Seal } from '../../kernel/secrets.js';
import type { SealedColumn } from '../seals/sealed-column.js';
import type { JobData } from './job.store.js';
import { JOBS_SCHEMA } from './job-type.js';

/** They wait for as long as what they are for says: a change of the secret finds some. */
export const SEALED_PAYLOADS: SealedColumn = {
  table: `${JOBS_SCHEMA}.job`,
  column: 'data',
  member: 'sealed',
  purpose: 'jobs',
  key: ['id', "(data->>'realmId')"],
  context: ([id = '', realmId = '']) => contextOf(id, realmId),
};

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
