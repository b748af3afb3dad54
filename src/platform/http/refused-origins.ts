import type { FastifyBaseLogger, FastifyRequest } from 'fastify';

/** Who sends others cannot fill the log, nor this process. */
const MOST_SAID = 100;
const LONGEST_ORIGIN = 200;
const LOCAL_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Tells the operator, once an origin, of pages that the browser keeps from reading an answer: to
 * whoever wrote the page it looks as if the service were not there.
 */
export function refusedOrigins(log: FastifyBaseLogger) {
  const said = new Set<string>();
  return (request: FastifyRequest, origin: string): void => {
    const { host = '' } = request.headers;
    const page = hostOf(origin);
    if (page === host || said.has(origin) || said.size >= MOST_SAID) return;
    said.add(origin);
    const fields = {
      origin: origin.slice(0, LONGEST_ORIGIN),
      setting: 'AUTHGRAPH_ALLOWED_ORIGINS',
    };
    if (isSameMachine(page, host)) {
      const names = `A page on ${nameOf(page)} calls ${nameOf(host)}`;
      log.warn(fields, `${names}: use one name, since browsers keep their cookies apart`);
    } else {
      log.warn(fields, 'A page of an origin that is not allowed called; the setting can allow it');
    }
  };
}

/** With its port; empty when it is no origin. */
function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : '';
}

function nameOf(host: string): string {
  return host.replace(/:\d+$/, '');
}

/** The same port of this machine by another of its names. */
function isSameMachine(page: string, host: string): boolean {
  const names = [nameOf(page), nameOf(host)];
  return names[0] !== names[1] && names.every((name) => LOCAL_NAMES.includes(name));
}
