import { type ListedWebhook, webhooks } from '../features/webhooks/index.js';
import { operator } from '../kernel/caller.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Environment, type RealmOption, withRealm } from './set-up.js';
import { print } from './terminal.js';

export interface WebhookOptions extends RealmOption {
  readonly json?: boolean;
}

export function listWebhooks(env: Environment, options: WebhookOptions): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    for (const webhook of await use(webhooks).webhooks.list(realm))
      print(options.json ? JSON.stringify(webhook) : lineOf(webhook));
    return EXIT.done;
  });
}

/** Prints the secret of a new one, which nobody can read later. */
export function saveWebhook(
  env: Environment,
  url: string,
  events: readonly string[],
  { id, ...options }: WebhookOptions & { readonly id?: string },
): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const input = { url, events, ...(id === undefined ? {} : { id }) };
    const saved = await use(webhooks).webhooks.save(realm, input, operator('webhooks save'));
    printSaved(saved, options);
    return EXIT.done;
  });
}

export function rotateWebhookSecret(
  env: Environment,
  id: string,
  options: WebhookOptions,
): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const caller = operator('webhooks rotate-secret');
    printSaved(await use(webhooks).webhooks.rotateSecret(realm, id, caller), options);
    return EXIT.done;
  });
}

export function deleteWebhook(
  env: Environment,
  id: string,
  options: WebhookOptions,
): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    await use(webhooks).webhooks.delete(realm, id, operator('webhooks delete'));
    print(options.json ? JSON.stringify({ id }) : `deleted ${id}`);
    return EXIT.done;
  });
}

/** Sends a message at once; ends with 1 when it was not taken. */
export function testWebhook(
  env: Environment,
  id: string,
  options: WebhookOptions,
): Promise<ExitCode> {
  return withRealm(env, options, async (realm, { use }) => {
    const tested = await use(webhooks).test.run(realm, id);
    const line = `${tested.delivered ? 'delivered' : 'not delivered'}: ${tested.reason}`;
    print(options.json ? JSON.stringify(tested) : line);
    return tested.delivered ? EXIT.done : EXIT.failed;
  });
}

function printSaved(
  { webhook, secret }: { readonly webhook: ListedWebhook; readonly secret: string | null },
  { json }: WebhookOptions,
): void {
  if (json) print(JSON.stringify({ ...webhook, secret }));
  else print([lineOf(webhook), ...(secret === null ? [] : [`  secret  ${secret}`])].join('\n'));
}

function lineOf({ id, url, events, failing, switchedOffAt }: ListedWebhook): string {
  const state = switchedOffAt !== null ? 'off' : failing ? 'failing' : 'on';
  return [id, state, url, events.join(',')].join('  ');
}
