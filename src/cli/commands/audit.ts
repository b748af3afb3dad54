import { type Command, InvalidArgumentError } from 'commander';
import { type CommandsDeps, JSON_FLAG, realmOption } from './options.js';

/** Commands about the audit log. */
export function addAuditCommands(program: Command, { env, end }: CommandsDeps): void {
  const audit = program.command('audit').description('read the audit log: list, export');
  const command = (name: string, about: string) =>
    audit
      .command(name)
      .description(about)
      .addOption(realmOption())
      .option('--user <id>', 'about this user')
      .option('--type <type>', 'of this type, such as user.signed_in')
      .option('--since <time>', 'not before, such as 2026-01-31T12:00:00Z', readTime)
      .option('--until <time>', 'before', readTime);
  const load = () => import('../audit.js');

  command('list', 'list events, oldest first')
    .option(...JSON_FLAG)
    .action(async (options) => end((await load()).listAuditEvents(env, options)));
  command('export', 'write events as JSON lines, oldest first').action(async (options) =>
    end((await load()).listAuditEvents(env, { ...options, json: true })),
  );
}

function readTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError('It is no time.');
  return time;
}
