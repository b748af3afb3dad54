import { feature } from '../../platform/feature.js';
import { CallHook } from './call-hook.js';
import { HOOK_PROBLEMS } from './hook-errors.js';
import { HOOK_EVENTS } from './hook-events.js';
import { HOOK_SETTINGS } from './hook-settings.js';
import { Hooks } from './hooks.js';

export type { Admission } from './admission.js';
export { Refused } from './hook-errors.js';
export type { Hooks } from './hooks.js';

/** The say that an application has in whose process the service runs. */
export const hooks = feature({
  name: 'hooks',
  settings: HOOK_SETTINGS,
  problems: HOOK_PROBLEMS,
  events: HOOK_EVENTS,
  create({ hooks: functions, database, events, log }) {
    return {
      parts: { hooks: new Hooks({ functions, database, events, call: new CallHook(log) }) },
    };
  },
});
