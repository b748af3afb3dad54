const ISSUER = "authgraph's public URL, as AUTHGRAPH_ISSUER has it";

/** Throws a TypeError when it is no issuer of authgraph. */
export function checkIssuer(issuer: unknown): void {
  if (typeof issuer !== 'string' || issuer === '')
    throw wrongOption('issuer', `is required: ${ISSUER}`, issuer);
  if (!isHttpUrl(issuer))
    throw wrongOption('issuer', `must be an http or https URL: ${ISSUER}`, issuer);
  if (issuer.endsWith('/'))
    throw wrongOption('issuer', `must not end with a slash: ${ISSUER}`, issuer);
}

export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

export function wrongOption(name: string, what: string, value: unknown): TypeError {
  return new TypeError(`authgraph: the option "${name}" ${what}. It is ${JSON.stringify(value)}.`);
}
