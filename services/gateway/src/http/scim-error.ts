import type { AppError } from '@helpmesh/kernel';
import { statusOf } from '@helpmesh/service-kit';

/** The keywords of RFC 7644 3.12; those of ours are named after them. */
const scimTypes = [
  ...['invalidFilter', 'tooMany', 'uniqueness', 'mutability', 'invalidSyntax', 'invalidPath', 'noTarget'],
  ...['invalidValue', 'invalidVers', 'sensitive'],
];

export function isScim(url: string): boolean {
  return url.startsWith('/scim/');
}

/** SCIM knows no 422, and whoever shows no credential is not yet forbidden anything. */
export function scimStatusOf(error: AppError): number {
  switch (error.code) {
    case 'auth.required':
      return 401;
    case 'http.body-too-large':
      return 413;
    case 'scim.not-implemented':
      return 501;
    default:
      return error.kind === 'invalid' ? 400 : statusOf(error);
  }
}

/** The body of an error (RFC 7644 3.12). @param errorId  finds a bug in our logs */
export function scimErrorOf(error: AppError, errorId: string | undefined): object {
  const name = error.code.replace(/^scim\./, '').replace(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(scimStatusOf(error)),
    ...(scimTypes.includes(name) && { scimType: name }),
    detail: error.kind === 'bug' ? `An internal error happened (${errorId}).` : error.detail,
  };
}
