/** There are templates of every mail in it. */
export const FALLBACK_LANGUAGE = 'en';

/** The language tags of an Accept-Language header, the most wanted first (RFC 9110, 12.5.4). */
function tagsOf(header: string): string[] {
  return header
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';').map((text) => text.trim());
      const quality = parameters.find((text) => text.startsWith('q='))?.slice(2) ?? '1';
      return { tag, quality: Number(quality) };
    })
    .filter(({ tag, quality }) => isLanguageTag(tag) && quality > 0)
    .toSorted((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
}

/** True for a tag such as `de`, `de-CH` or `zh-Hant-TW` (the common part of RFC 5646). */
export function isLanguageTag(text: string): boolean {
  return /^[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}$/i.test(text);
}

/** What somebody with this header wants most; null when it says nothing. Pure. */
export function preferredLanguage(header: string | undefined): string | null {
  return header === undefined ? null : (tagsOf(header.slice(0, 1_000))[0] ?? null);
}

/** The one of those that there are which is nearest to the wanted one; English if none is. Pure. */
export function chooseLanguage(wanted: string | null, there: readonly string[]): string {
  const tag = (wanted ?? '').toLowerCase();
  const [base = ''] = tag.split('-');
  const known = new Map(there.map((language) => [language.toLowerCase(), language]));
  return known.get(tag) ?? known.get(base) ?? FALLBACK_LANGUAGE;
}
