/** What has to be right before this node should get traffic. */
export interface Readiness {
  readonly database: boolean;
  readonly migrations: boolean;
  readonly keys: boolean;
}

/** The body and status of GET /health/ready. */
export function readinessAnswer(checks: Readiness): { status: 200 | 503; body: object } {
  const ready = Object.values(checks).every(Boolean);
  return { status: ready ? 200 : 503, body: { status: ready ? 'ready' : 'not ready', checks } };
}
