const FONT = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const HEADER = `padding:0 8px 20px;font:600 18px/1.4 ${FONT};color:#111827;`;
const CARD =
  'background:#ffffff;border-radius:0 0 10px 10px;padding:32px;' +
  'border-top:4px solid {{ brand.color }};' +
  // A long address would make the mail wider than a phone.
  `font:16px/1.6 ${FONT};color:#1f2937;overflow-wrap:anywhere;`;
const BUTTON =
  'display:inline-block;background:{{ brand.color }};color:#ffffff;text-decoration:none;' +
  'font-weight:600;padding:12px 22px;border-radius:8px;';
const SMALL = 'margin:0 0 24px;font-size:13px;line-height:1.5;color:#6b7280;word-break:break-all;';
const TABLE = 'role="presentation" width="100%" cellpadding="0" cellspacing="0"';

/** The frame of every mail in HTML, unless the operator's folder has a `layout.liquid`. */
export const LAYOUT = `<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ subject }}</title>
</head>
<body style="margin:0;padding:0;background:#f3f4f6;">
<table ${TABLE} style="background:#f3f4f6;">
<tr><td align="center" style="padding:32px 16px;">
<table ${TABLE} style="max-width:560px;">
<tr><td style="${HEADER}">
{%- if brand.logo != "" -%}
<img src="{{ brand.logo }}" alt="{{ brand.name }}" height="36" style="height:36px;display:block;">
{%- else -%}
{{ brand.name }}
{%- endif -%}
</td></tr>
<tr><td style="${CARD}">
<h1 style="margin:0 0 20px;font-size:22px;line-height:1.3;color:#111827;">{{ subject }}</h1>
{% for block in blocks -%}
{%- if block.kind == "button" -%}
<p style="margin:28px 0;"><a href="{{ block.url }}" style="${BUTTON}">{{ block.label }}</a></p>
<p style="${SMALL}"><a href="{{ block.url }}" style="color:#6b7280;">{{ block.url }}</a></p>
{%- else -%}
<p style="margin:0 0 16px;">{{ block.text }}</p>
{%- endif %}
{% endfor -%}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
