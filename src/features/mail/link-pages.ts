import type { RealmRoute } from '../../platform/http/realm-route.js';
import type { LinkedPage } from './mails.js';

interface Page {
  readonly title: string;
  readonly mutation: string;
  /** What is asked for beside the token. */
  readonly input: readonly string[];
}

const REASON = '__typename ... on Problem { message } ... on WeakPassword { reasons }';
const PAGES: Readonly<Record<LinkedPage, Page>> = {
  'reset-password': {
    title: 'Choose a new password',
    mutation: `mutation ($token: String!, $password: String!) {
      answer: resetPassword(input: { token: $token, newPassword: $password }) { ${REASON} } }`,
    input: ['password'],
  },
  'accept-invitation': {
    title: 'Choose a password',
    mutation: `mutation ($token: String!, $password: String!) {
      answer: acceptInvitation(input: { token: $token, password: $password }) { ${REASON} } }`,
    input: ['password'],
  },
  'verify-email': {
    title: 'Confirm the address',
    mutation: `mutation ($token: String!) {
      answer: verifyEmail(token: $token) { __typename ... on Problem { message } } }`,
    input: [],
  },
  'confirm-email-change': {
    title: 'Confirm the new address',
    mutation: `mutation ($token: String!) {
      answer: confirmEmailChange(token: $token) { __typename ... on Problem { message } } }`,
    input: [],
  },
};

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";

/** In development, where no application is configured: the pages that links in mails lead to. */
export function linkPages(): RealmRoute[] {
  return Object.entries(PAGES).map(([name, page]) => ({
    method: 'GET',
    path: `/${name}`,
    handle: (_realm, _request, reply) =>
      reply
        .header('content-security-policy', POLICY)
        .header('referrer-policy', 'no-referrer')
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .send(htmlOf(page)),
  }));
}

function htmlOf({ title, mutation, input }: Page): string {
  const fields = input.map(
    (name) => `<label>New ${name}<input name="${name}" type="${name}" required autofocus></label>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} - authgraph</title>
<style>
:root{color-scheme:light dark}
body{max-width:420px;margin:64px auto;padding:0 16px;font:16px/1.5 system-ui,sans-serif}
h1{font-size:24px;margin:0 0 4px}
p{margin:0 0 24px;opacity:.7}
label{display:block;margin-bottom:16px}
input,button{display:block;box-sizing:border-box;width:100%;padding:10px;font:inherit}
button{border:0;border-radius:8px;background:#2563eb;color:#fff;font-weight:600;cursor:pointer}
output{display:block;margin-top:16px;overflow-wrap:anywhere}
</style>
</head>
<body>
<h1>${title}</h1>
<p>In development only: set AUTHGRAPH_APP_URL to lead to a page of your own.</p>
<form>${fields.join('')}<button>${title}</button></form>
<output></output>
<script>
const query = ${JSON.stringify(mutation)};
document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const token = new URLSearchParams(location.search).get('token');
  const variables = { token, ...Object.fromEntries(new FormData(event.target)) };
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ query, variables });
  const response = await fetch('graphql', { method: 'POST', headers, body });
  const { data, errors } = await response.json();
  const answer = data?.answer ?? errors?.[0] ?? {};
  const { message = 'Done.', reasons = [], __typename = '' } = answer;
  document.querySelector('output').textContent =
    __typename + ': ' + [message, ...reasons].join(' ');
});
</script>
</body>
</html>
`;
}
