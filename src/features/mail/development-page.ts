import { AuthError } from '../../kernel/auth-error.js';
import type { RealmRoute } from '../../platform/http/realm-route.js';
import type { SentMail, SentMails } from './sent-mails.js';

/** Nothing of a mail may run, reach the page around it, or call anybody. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; frame-src 'self'";

const SANDBOX = 'allow-popups allow-popups-to-escape-sandbox';

/** A name of this machine. */
export function isLocal(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]', '::1'].includes(hostname);
}

/** In development: the mails sent, with links that work. */
export function developmentPage(sent: SentMails): RealmRoute {
  return {
    method: 'GET',
    path: '/mails',
    handle(_realm, { hostname }, reply) {
      // Another name would be a page elsewhere that leads here, to read along.
      if (!isLocal(hostname)) throw new AuthError('NOT_FOUND', 'There is nothing here.');
      return reply
        .header('content-security-policy', POLICY)
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .send(pageOf(sent.list()));
    },
  };
}

function pageOf(mails: readonly SentMail[]): string {
  const list = mails.map(articleOf).join('\n');
  const none = '<p class="none">None yet. Ask for a password reset, for example.</p>';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Mails sent - authgraph</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Mails sent</h1>
<p>In development only, and until this process ends. Reload for newer ones.</p>
</header>
<main>${mails.length === 0 ? none : list}</main>
</body>
</html>
`;
}

function articleOf({ subject, to, from, at, text, html }: SentMail): string {
  return `<article>
<h2>${quoted(subject)}</h2>
<p class="about">
<b>${quoted(to)}</b><span>from ${quoted(from)}</span><time>${timeOf(at)}</time>
</p>
<pre>${withLinks(text)}</pre>
<details>
<summary>As HTML</summary>
<iframe sandbox="${SANDBOX}" title="${quoted(subject)}" srcdoc="${quoted(html)}"></iframe>
</details>
</article>`;
}

function timeOf(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function withLinks(text: string): string {
  return quoted(text).replace(/https?:\/\/\S+/g, (url) => `<a href="${url}">${url}</a>`);
}

function quoted(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
:root{color-scheme:light dark}
:root{--line:#e5e7eb;--soft:#6b7280;--card:#fff;--page:#f6f7f9;--link:#2563eb}
@media (prefers-color-scheme:dark){
:root{--line:#374151;--soft:#9ca3af;--card:#1f2937;--page:#111827;--link:#93c5fd}
}
*{box-sizing:border-box}
body{margin:0;background:var(--page);font:16px/1.5 system-ui,sans-serif}
header,main{max-width:760px;margin:0 auto;padding:24px 16px}
main{padding-top:0}
h1{margin:0;font-size:24px}
header p,.none{margin:4px 0 0;color:var(--soft)}
article{background:var(--card);border:1px solid var(--line);border-radius:10px}
article{padding:20px;margin-bottom:16px}
h2{margin:0;font-size:18px}
.about{display:flex;flex-wrap:wrap;gap:2px 16px;margin:2px 0 12px;color:var(--soft);font-size:14px}
.about time{margin-left:auto}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:14px/1.6 ui-monospace,monospace}
a{color:var(--link)}
details{margin-top:12px}
summary{cursor:pointer;color:var(--soft);font-size:14px}
iframe{width:100%;height:560px;margin-top:8px;background:#fff}
iframe{border:1px solid var(--line);border-radius:8px}
`;
