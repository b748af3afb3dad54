/** What the adapter uses of Next.js, whose types this project does not install. */
declare module 'next/server.js' {
  export const NextResponse: {
    next(init: { readonly request: { readonly headers: Headers } }): Response;
  };
}
