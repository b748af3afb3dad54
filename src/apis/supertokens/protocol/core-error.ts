/** An answer that is no 200: its text is the whole body, and SDKs compare it. */
export class CoreError extends Error {
  override readonly name = 'CoreError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function refuse(status: number, message: string): never {
  throw new CoreError(status, message);
}

/** A field of the body that is missing, or of another type. */
export function refuseField(name: string): never {
  return refuse(400, `Field name '${name}' is invalid in JSON input`);
}
