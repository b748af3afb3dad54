/** Whether imports are tested at their full size (`npm run test:scale`), which takes minutes. */
const isLong = process.env.SCALE === 'long';

export const IMPORTED_USERS = isLong ? 100_000 : 6_000;
/** How many of them sign in, or refresh, afterwards. */
export const SAMPLE = isLong ? 1_000 : 20;
export const IMPORT_MS = isLong ? 1_200_000 : 60_000;
/** The cost of a bcrypt hash whose password is checked. */
export const BCRYPT_COST = isLong ? 10 : 4;
