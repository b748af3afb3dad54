import type { Bus } from './bus.js';

/** The bus of a service that is one process: nobody else to tell. */
export function localBus(): Bus {
  return {
    connected: true,
    listen: () => {},
    publish: async () => {},
    on: () => {},
    onConnected: (listener) => listener(),
    [Symbol.asyncDispose]: async () => {},
  };
}
