import { AppError, type ErrorKind } from '@helpmesh/kernel';

const byKind: Record<ErrorKind, { status: number; title: string }> = {
  unreadable: { status: 400, title: 'The request cannot be read' },
  invalid: { status: 422, title: 'The request was refused' },
  unauthenticated: { status: 401, title: 'Sign-in is needed' },
  forbidden: { status: 403, title: 'Not allowed' },
  'not-found': { status: 404, title: 'Not found' },
  conflict: { status: 409, title: 'The present state forbids it' },
  stale: { status: 412, title: 'Changed by somebody else' },
  limited: { status: 429, title: 'Too many requests' },
  unavailable: { status: 503, title: 'Not available right now' },
  bug: { status: 500, title: 'Something went wrong on our side' },
};
/** Codes with a status of their own that no kind has. */
const byCode: Record<string, number> = {
  'blob.too-large': 413,
  'federation.precondition-needed': 428,
  'federation.unshared': 410,
  'http.body-too-large': 413,
  'http.range-not-satisfiable': 416,
  'http.unsupported-media-type': 415,
};

/** HTTP status of a kind of error, or of one error. */
export function statusOf(error: ErrorKind | AppError): number {
  if (typeof error === 'string') return byKind[error].status;
  return byCode[error.code] ?? byKind[error.kind].status;
}

/** RFC 9457, `application/problem+json`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance?: string;
  code: string;
  traceId?: string;
  errors?: { pointer: string; detail: string }[];
}

export function problemOf(thrown: unknown, at: { instance?: string; traceId?: string | undefined } = {}): Problem {
  const error = AppError.from(thrown);
  return {
    type: `/docs/errors#${error.code}`,
    title: byKind[error.kind].title,
    status: statusOf(error),
    detail: outside(error, at.traceId),
    ...(at.instance !== undefined && { instance: at.instance }),
    code: error.code,
    ...(at.traceId !== undefined && { traceId: at.traceId }),
    ...(error.fields && { errors: error.fields }),
  };
}

/** The shape of `/api/v1`: both keys always, and equal (docs/how-to/errors; existing clients read either). */
export function zammadErrorOf(thrown: unknown, errorId?: string): { error: unknown; error_human: string } {
  const error = AppError.from(thrown);
  const text = outside(error, errorId);
  return { error: text, error_human: text, ...error.members };
}

function outside(error: AppError, errorId: string | undefined): string {
  if (error.kind !== 'bug') return error.detail;
  return errorId ? `Error ID ${errorId}: Please contact your administrator.` : error.detail;
}
