import { getAppDirRequestHandler } from 'supertokens-node/nextjs';
import { init } from '../../../../app.mjs';

init('custom');

const handle = getAppDirRequestHandler();

export { handle as DELETE, handle as GET, handle as PATCH, handle as POST, handle as PUT };
