import type { RealmRoute } from '../../platform/http/realm-route.js';
import type { LinkedPage } from '../../platform/mail/linked-page.js';
import type { MailType } from '../../platform/mail/mail-type.js';

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";

/** In development, where no application is configured: the pages that links in mails lead to. */
export function linkPages(types: readonly MailType[]): RealmRoute[] {
  const pages = new Set(types.flatMap(({ page }) => page ?? []));
  return [...pages].map((page) => ({
    method: 'GET',
    path: `/${page.name}`,
    handle: (_realm, _request, reply) =>
      reply
        .header('content-security-policy', POLICY)
        .header('referrer-policy', 'no-referrer')
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .send(htmlOf(page)),
  }));
}

const PASSWORD_FIELD =
  '<label>New password<input name="password" type="password" required autofocus></label>';

function htmlOf({ title, mutation, asksForPassword }: LinkedPage): string {
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
<form>${asksForPassword ? PASSWORD_FIELD : ''}<button>${title}</button></form>
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
