import { Migration } from '@mikro-orm/migrations';

/**
 * The tables of pg-boss, in a schema of their own, as the installed version wants them. A version
 * that wants others comes with a migration that runs its `getMigrationPlans`.
 */
export class Jobs extends Migration {
  override async up(): Promise<void> {
    // Loaded here: nothing else of a start needs it.
    const { getConstructionPlans } = await import('pg-boss');
    const plan = getConstructionPlans('authgraph_jobs').replace(/^\s*BEGIN;|COMMIT;\s*$/g, '');
    // As one statement, which is all that the embedded database takes at a time.
    this.addSql(`do $migration$ begin execute $plan$${plan}$plan$; end $migration$;`);
  }

  override down(): void {
    this.addSql('drop schema "authgraph_jobs" cascade;');
  }
}
