import type { SqlExecutor } from '../../platform/database/database.js';
import type { KeyLifetimes, SigningAlgorithm } from './signing-key.policy.js';

/** What is decided by when a key is made. */
export interface Schedule {
  readonly algorithm: SigningAlgorithm;
  readonly lifetimes: KeyLifetimes;
}

interface Row {
  readonly algorithm: SigningAlgorithm;
  readonly jwks_max_age: number;
  readonly token_lifetime: number;
  readonly rotation_period: number;
}

const FIND = `select algorithm, jwks_max_age, token_lifetime, rotation_period
  from signing_schedules where realm_id = $1`;
const SAVE = `insert into signing_schedules
    (realm_id, algorithm, jwks_max_age, token_lifetime, rotation_period)
  values ($1, $2, $3, $4, $5)
  on conflict (realm_id) do update set algorithm = $2, jwks_max_age = $3, token_lifetime = $4,
    rotation_period = $5`;

/** By what the nodes last made keys, or looked whether it was time to; undefined before that. */
export async function findSchedule(
  sql: SqlExecutor,
  realmId: string,
): Promise<Schedule | undefined> {
  const [row] = await sql.query<Row>(FIND, [realmId]);
  return (
    row && {
      algorithm: row.algorithm,
      lifetimes: {
        jwksMaxAge: row.jwks_max_age,
        tokenLifetime: row.token_lifetime,
        rotationPeriod: row.rotation_period,
      },
    }
  );
}

export async function saveSchedule(
  sql: SqlExecutor,
  realmId: string,
  { algorithm, lifetimes }: Schedule,
): Promise<void> {
  const { jwksMaxAge, tokenLifetime, rotationPeriod } = lifetimes;
  await sql.query(SAVE, [realmId, algorithm, jwksMaxAge, tokenLifetime, rotationPeriod]);
}
