import { existsSync } from 'node:fs';

export const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
export const CHROMIUM_FLAGS: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
];
export const hasChromium = existsSync(CHROMIUM);

/** Says aloud that `what` is not tested where there is no browser. */
export function warnWithoutChromium(what: string): void {
  if (hasChromium) return;
  process.stderr.write(
    `\n*** SKIPPED: ${what}. There is no Chromium at ${CHROMIUM}; set CHROMIUM_PATH. ***\n\n`,
  );
}
