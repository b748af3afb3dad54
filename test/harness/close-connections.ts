import { Agent, setGlobalDispatcher } from 'undici';

// A service that stops gives idle connections a second to be closed by their clients. No test need
// wait for that: `fetch` closes them itself.
const IDLE_MS = 50;
setGlobalDispatcher(new Agent({ keepAliveTimeout: IDLE_MS, keepAliveMaxTimeout: IDLE_MS }));
