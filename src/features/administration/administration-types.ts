import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import {
  ArgsType,
  createUnionType,
  Directive,
  Field,
  InputType,
  Int,
  ObjectType,
  registerEnumType,
} from 'type-graphql';
import { PageArgs } from '../../platform/graphql/connection.js';
import { PageInfo } from '../../platform/graphql/page-info.js';
import { NotFound, RateLimited } from '../../platform/graphql/problem.js';
import { InvalidCredentials, WeakPassword } from '../password/index.js';
import { InvalidRole, LastAdministrator } from '../roles/index.js';
import { AccountDeleted, EmailTaken, InvalidEmail, User, UserUpdated } from '../users/index.js';

const UserState = { ACTIVE: 'ACTIVE', DISABLED: 'DISABLED' } as const;
type UserState = keyof typeof UserState;

registerEnumType(UserState, {
  name: 'UserState',
  valuesConfig: {
    DISABLED: { description: 'Cannot sign in until an administrator enables them.' },
  },
});

@ArgsType()
export class UsersArgs extends PageArgs {
  @Field(() => String, {
    nullable: true,
    description: 'Users whose address begins like this, in small or capital letters.',
  })
  email?: string | null;

  @Field(() => String, { nullable: true, description: 'Users who hold this role.' })
  role?: string | null;

  @Field(() => UserState, { nullable: true })
  state?: UserState | null;
}

@ObjectType()
export class UserEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => User)
  node!: User;
}

@ObjectType({ simpleResolvers: true })
export class UserConnection {
  @Field(() => [UserEdge])
  edges!: UserEdge[];

  @Field(() => [User])
  nodes!: readonly User[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => Int, { description: 'Counted only when it is asked for, which takes its time.' })
  @Directive('@cost(weight: 10)')
  totalCount!: () => Promise<number>;
}

@InputType()
export class CreateUserInput {
  @Field(() => String)
  email!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Omit it to send an invitation instead.',
  })
  password?: string | null;

  @Field(() => [String], { nullable: true, description: 'Needs roles:write, too.' })
  roles?: string[] | null;
}

@ObjectType()
export class UserCreated {
  @Field(() => User)
  user!: User;
}

@ObjectType()
export class RoleDeleted {
  @Field(() => String)
  name!: string;
}

// Resolvers return instances of the member classes: so type-graphql tells the members apart.

export const CreateUserResult = createUnionType({
  name: 'CreateUserResult',
  types: () => [UserCreated, EmailTaken, InvalidEmail, WeakPassword, InvalidRole] as const,
});

export const UserAdminResult = createUnionType({
  name: 'UserAdminResult',
  types: () => [UserUpdated, NotFound, InvalidRole, LastAdministrator] as const,
});

export const DeleteAccountResult = createUnionType({
  name: 'DeleteAccountResult',
  types: () =>
    [AccountDeleted, NotFound, InvalidCredentials, LastAdministrator, RateLimited] as const,
});

export const DeleteRoleResult = createUnionType({
  name: 'DeleteRoleResult',
  types: () => [RoleDeleted, NotFound, InvalidRole] as const,
});
