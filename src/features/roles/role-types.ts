import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { createUnionType, Field, InputType, ObjectType } from 'type-graphql';
import type { RoleWithScopes } from './role.policy.js';
import { InvalidRole } from './role-errors.js';

@ObjectType()
export class Role implements RoleWithScopes {
  @Field(() => String)
  name!: string;

  @Field(() => [String])
  scopes!: readonly string[];
}

@InputType()
export class SaveRoleInput {
  @Field(() => String)
  name!: string;

  @Field(() => [String])
  scopes!: string[];
}

@ObjectType()
export class RoleSaved {
  @Field(() => Role)
  role!: Role;
}

export const SaveRoleResult = createUnionType({
  name: 'SaveRoleResult',
  types: () => [RoleSaved, InvalidRole] as const,
});
