/**
 * What went wrong, in terms of what the caller can do about it. Transport status codes are derived from it at the
 * edge and nowhere else.
 *
 * - `unreadable`: the input could not be parsed at all (HTTP 400); `invalid`: it was read and refused (HTTP 422)
 * - `stale`: the version moved since it was read (HTTP 412); `conflict`: the present state forbids it (HTTP 409)
 * - `limited`, `unavailable`: try again later (HTTP 429, 503)
 * - `bug`: ours; everything that is not an AppError
 */
export const errorKinds = [
  'unreadable',
  'invalid',
  'unauthenticated',
  'forbidden',
  'not-found',
  'conflict',
  'stale',
  'limited',
  'unavailable',
  'bug',
] as const;

export type ErrorKind = (typeof errorKinds)[number];

/** What crosses a process border of an AppError: never the internal part. */
export interface ErrorOnTheWire {
  kind: ErrorKind;
  code: string;
  detail: string;
  /** JSON pointers into the input with a sentence each, when single fields are to blame. */
  fields?: { pointer: string; detail: string }[];
  /** Further members of the answer on `/api/v1`, where existing clients read more than a sentence. */
  members?: Record<string, unknown>;
}

export interface AppErrorOptions {
  cause?: unknown;
  fields?: { pointer: string; detail: string }[];
  members?: Record<string, unknown>;
}

/**
 * The one error class. `detail` is for the person outside; `internal` is for our logs. Neither leaks into the other.
 *
 * @param code  stable, dotted, kebab-case: `ticket.move-not-allowed`; listed in docs/errors.md and never reused
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly kind: ErrorKind;
  readonly code: string;
  readonly detail: string;
  readonly internal: string | undefined;
  readonly fields: { pointer: string; detail: string }[] | undefined;
  readonly members: Record<string, unknown> | undefined;

  constructor(kind: ErrorKind, code: string, detail: string, internal?: string, options: AppErrorOptions = {}) {
    super(internal ?? detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.code = code;
    this.detail = detail;
    this.internal = internal;
    this.fields = options.fields;
    this.members = options.members;
  }

  toWire(): ErrorOnTheWire {
    const wire: ErrorOnTheWire = { kind: this.kind, code: this.code, detail: this.detail };
    if (this.fields) wire.fields = this.fields;
    if (this.members) wire.members = this.members;
    return wire;
  }

  static fromWire(wire: ErrorOnTheWire): AppError {
    const { fields, members } = wire;
    return new AppError(wire.kind, wire.code, wire.detail, undefined, {
      ...(fields && { fields }),
      ...(members && { members }),
    });
  }

  /** Any thrown value as an AppError; what is not one already is a bug with a fixed text for the outside. */
  static from(thrown: unknown): AppError {
    if (thrown instanceof AppError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new AppError('bug', 'internal', 'Something went wrong on our side.', message, { cause: thrown });
  }
}
