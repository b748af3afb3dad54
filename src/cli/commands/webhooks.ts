import type { Command } from 'commander';
import { type CommandsDeps, JSON_FLAG, realmOption } from './options.js';

const WEBHOOK = ['<id>', 'from "webhooks list"'] as const;

/** Commands about webhooks. They are loaded when they are called. */
export function addWebhookCommands(program: Command, { env, end }: CommandsDeps): void {
  const webhooks = program
    .command('webhooks')
    .description('look after webhooks: list, save, rotate-secret, delete, test');
  const command = (name: string, about: string) =>
    webhooks
      .command(name)
      .description(about)
      .addOption(realmOption())
      .option(...JSON_FLAG);
  const load = () => import('../webhooks.js');

  command('list', 'list the webhooks, oldest first').action(async (options) =>
    end((await load()).listWebhooks(env, options)),
  );
  command('save', 'make a webhook and print its secret; with --id, change it and switch it on')
    .argument('<url>', 'what is called')
    .argument('<events...>', 'what it is told of, such as user.created; see docs/webhooks.md')
    .option('--id <id>', 'the one to change')
    .action(async (url, events, options) =>
      end((await load()).saveWebhook(env, url, events, options)),
    );
  command('rotate-secret', 'print another secret; the former one signs as well for a while')
    .argument(...WEBHOOK)
    .action(async (id, options) => end((await load()).rotateWebhookSecret(env, id, options)));
  command('delete', 'delete a webhook')
    .argument(...WEBHOOK)
    .action(async (id, options) => end((await load()).deleteWebhook(env, id, options)));
  command('test', 'send a message of type webhook.test at once, and say how it went')
    .argument(...WEBHOOK)
    .action(async (id, options) => end((await load()).testWebhook(env, id, options)));
}
