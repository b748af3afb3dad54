// Clients of the interface for SuperTokens' SDKs: each makes one call after the other.
import { Agent, request } from 'node:http';
import { once } from './once.mjs';

/**
 * @typedef {object} Task
 * @property {string} url
 * @property {string} key
 * @property {string} call `create`, `verify`, `refresh` or `sign-in`
 * @property {number} clients
 * @property {number} seconds
 * @property {{ id: string, email: string, password: string }[]} users
 */

once(async (/** @type {Task} */ task) => {
  const agent = new Agent({ keepAlive: true });
  const clients = await Promise.all(
    Array.from({ length: task.clients }, (_, at) => clientOf(task, agent, at)),
  );
  const started = performance.now();
  const until = started + task.seconds * 1000;
  let answered = 0;
  await Promise.all(
    clients.map(async (next) => {
      while (performance.now() < until) {
        await next();
        answered += 1;
      }
    }),
  );
  agent.destroy();
  return { answered, seconds: (performance.now() - started) / 1000 };
});

const DATA = { userDataInJWT: {}, userDataInDatabase: {}, enableAntiCsrf: false };

/**
 * The next call of a client, each time it is called.
 * @param {Task} task @param {Agent} agent @param {number} at
 */
async function clientOf(task, agent, at) {
  const send = (/** @type {string} */ path, /** @type {object} */ body) =>
    post(task, agent, path, body);
  const user = task.users[at % task.users.length];
  if (user === undefined) throw new Error('there is no user');
  const create = () => send('/recipe/session', { userId: user.id, ...DATA });
  if (task.call === 'create') return create;
  const { email, password } = user;
  if (task.call === 'sign-in') return () => send('/recipe/signin', { email, password });
  let made = await create();
  if (task.call === 'verify') {
    const flags = { doAntiCsrfCheck: false, enableAntiCsrf: false, checkDatabase: true };
    const body = { accessToken: made.accessToken.token, ...flags };
    return () => send('/recipe/session/verify', body);
  }
  return async () => {
    const { token: refreshToken } = made.refreshToken;
    const body = { refreshToken, enableAntiCsrf: false, useDynamicSigningKey: true };
    made = await send('/recipe/session/refresh', body);
  };
}

/**
 * @param {Task} task @param {Agent} agent @param {string} path @param {object} body
 * @returns {Promise<any>}
 */
function post({ url, key }, agent, path, body) {
  const payload = Buffer.from(JSON.stringify(body));
  const headers = {
    'content-type': 'application/json',
    'content-length': payload.length,
    'cdi-version': '5.4',
    'api-key': key,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}${path}`, { method: 'POST', agent, headers }, (incoming) => {
      const chunks = /** @type {Buffer[]} */ ([]);
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const answer = text.startsWith('{') ? JSON.parse(text) : {};
        if (answer.status === 'OK') resolve(answer);
        else reject(new Error(`${path} answered ${text}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}
