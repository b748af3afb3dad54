import { Agent, setGlobalDispatcher } from 'undici';

// A service that stops gives idle connections a second to be closed by their clients. No test need
// wait for that: `fetch` keeps none open.
setGlobalDispatcher(new Agent({ pipelining: 0 }));
