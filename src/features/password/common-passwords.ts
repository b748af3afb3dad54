let loading: Promise<ReadonlySet<string>> | undefined;

/**
 * The passwords that are tried first, from zxcvbn's list of leaked ones, lower case.
 * Loaded at the first use and kept: most processes of a service never see a sign-up.
 */
export function commonPasswords(): Promise<ReadonlySet<string>> {
  loading ??= load();
  return loading;
}

async function load(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common'].map((entry) => String(entry).toLowerCase()));
}
