import { verifySession } from '../../auth.js';

export const GET = verifySession()(() => {
  throw new Error('a defect of the application');
});
