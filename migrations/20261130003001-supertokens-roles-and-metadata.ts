import { Migration } from '@mikro-orm/migrations';

const FOREIGN = 'supertokens_role_assignments_name_realm_id_foreign';
const OF_USER = `coalesce((select m.external_id from supertokens_user_ids m
  where m.user_id = u.id and m.realm_id = u.realm_id), u.id::text)`;
/** What the graph can name as well. A role that both sides have by chance stays two. */
const MOVES = `a.tenant_id = 'public' and a.name ~ '^[a-z][a-z0-9_:-]{0,62}$' and a.name <> 'admin'
  and not exists (select 1 from roles r where r.name = a.name and r.realm_id = a.realm_id)`;
/** PostgreSQL's JSON holds no U+0000, and no half of a character. */
const HOLDS = `d.data not like '%\\\\u%'`;

/** Roles and metadata that SDKs give users are those that the graph shows, where it can. */
export class SuperTokensRolesAndMetadata extends Migration {
  override up(): void {
    this.addSql(`update users u set roles = array(
        select unnest(u.roles) union select unnest(given.names) order by 1)
      from (select a.realm_id, a.subject, array_agg(a.name) as names
        from supertokens_role_assignments a where ${MOVES} group by 1, 2) given
      where given.realm_id = u.realm_id and given.subject = ${OF_USER};`);
    this.addSql(`delete from supertokens_role_assignments a using users u
      where a.realm_id = u.realm_id and a.subject = ${OF_USER} and ${MOVES};`);
    this.addSql(`update users u set private_metadata = u.private_metadata || d.data::jsonb
      from supertokens_metadata d
      where d.realm_id = u.realm_id and d.subject = ${OF_USER} and ${HOLDS};`);
    this.addSql(`delete from supertokens_metadata d using users u
      where d.realm_id = u.realm_id and d.subject = ${OF_USER} and ${HOLDS};`);

    this.addSql(`alter table "roles" add column "permissions" text[] not null default '{}';`);
    this.addSql(`insert into roles (name, realm_id, scopes, permissions)
      select name, realm_id, '{}', permissions from supertokens_roles
      on conflict (name, realm_id) do update set permissions = excluded.permissions;`);
    this.addSql(`alter table "supertokens_role_assignments" drop constraint "${FOREIGN}";`);
    this.addSql(referTo('roles'));
    this.addSql('drop table "supertokens_roles";');
  }

  override down(): void {
    this.addSql(`create table "supertokens_roles" ("name" text not null, "realm_id" text not null,
      "permissions" text[] not null, primary key ("name", "realm_id"));`);
    this.addSql(`alter table "supertokens_roles" add constraint "supertokens_roles_realm_id_foreign"
      foreign key ("realm_id") references "realms" ("id") on delete cascade;`);
    this.addSql(`insert into supertokens_roles select name, realm_id, scopes || permissions
      from roles;`);
    this.addSql(`alter table "supertokens_role_assignments" drop constraint "${FOREIGN}";`);
    this.addSql(referTo('supertokens_roles'));
    this.addSql('alter table "roles" drop column "permissions";');
  }
}

function referTo(table: string): string {
  return `alter table "supertokens_role_assignments" add constraint "${FOREIGN}"
    foreign key ("name", "realm_id") references "${table}" ("name", "realm_id")
    on update cascade on delete cascade;`;
}
