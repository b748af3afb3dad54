/**
 * The one thing that `@authgraph/sdk/next` asks of Next.js, which is not installed here: since
 * version 15 it answers with a promise.
 */
declare module 'next/headers.js' {
  export function headers(): Headers | Promise<Headers>;
}
