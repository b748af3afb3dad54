/**
 * A page of the application that the link in a mail leads to, with a token. In development the
 * service has one of its own, which sends the mutation.
 */
export interface LinkedPage {
  /** Its path below `AUTHGRAPH_APP_URL`, such as `reset-password`. */
  readonly name: string;
  readonly title: string;
  /** Takes `$token`, and `$password` if the page asks for one; its field is called `answer`. */
  readonly mutation: string;
  readonly asksForPassword: boolean;
}
