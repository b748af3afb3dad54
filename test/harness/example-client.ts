import { randomUUID } from 'node:crypto';
import { bearer } from './graphql-client.js';

const PASSWORD = 'a-password-of-8';

export interface ExampleTokens {
  readonly access: string;
  readonly refresh: string;
}

export interface ExampleAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: JSON from the wire, asserted on by the tests
  readonly body: any;
  readonly tokens: ExampleTokens;
  readonly antiCsrf: string;
  /** Those that are set, as a browser sends them back. */
  readonly cookie: string;
}

/** What a page does with an example's app: SuperTokens' own interface for web pages. */
export interface ExampleClient {
  send(method: string, path: string, headers?: object, body?: object): Promise<ExampleAnswer>;
  signUp(email?: string, mode?: 'header' | 'cookie'): Promise<ExampleAnswer>;
  signIn(email: string, password?: string): Promise<ExampleAnswer>;
  me(tokens: ExampleTokens): Promise<ExampleAnswer>;
  /** A route that asks the core whether the session goes on. */
  checked(tokens: ExampleTokens): Promise<ExampleAnswer>;
  refresh(tokens: ExampleTokens): Promise<ExampleAnswer>;
}

export function exampleClient(url: string): ExampleClient {
  const send: ExampleClient['send'] = async (method, path, headers = {}, body = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', rid: 'anti-csrf', ...headers },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const header = (name: string) => response.headers.get(name) ?? '';
    return {
      status: response.status,
      body: text.startsWith('{') ? JSON.parse(text) : text,
      tokens: { access: header('st-access-token'), refresh: header('st-refresh-token') },
      antiCsrf: header('anti-csrf'),
      cookie: response.headers
        .getSetCookie()
        .map((each) => each.split(';')[0])
        .join('; '),
    };
  };
  const submit = (path: string, mode: string, email: string, password: string) =>
    send('POST', path, { 'st-auth-mode': mode }, { formFields: fields(email, password) });
  return {
    send,
    signUp: (email = someEmail(), mode = 'header') => submit('/auth/signup', mode, email, PASSWORD),
    signIn: (email, password = PASSWORD) => submit('/auth/signin', 'header', email, password),
    me: ({ access }) => send('GET', '/me', bearer(access)),
    checked: ({ access }) => send('GET', '/checked', bearer(access)),
    refresh: ({ refresh }) => send('POST', '/auth/session/refresh', bearer(refresh)),
  };
}

export function someEmail(): string {
  return `${randomUUID()}@examples.example.com`;
}

function fields(email: string, password: string) {
  return [
    { id: 'email', value: email },
    { id: 'password', value: password },
  ];
}
