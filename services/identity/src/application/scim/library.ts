import { AppError } from '@helpmesh/kernel';
import { Schemas, Types } from 'scimmy';
import { scimRefusals } from './refusals.ts';

export const USER_SCHEMA = Schemas.User.id;
export const GROUP_SCHEMA = Schemas.Group.id;
export const ENTERPRISE_SCHEMA = Schemas.EnterpriseUser.id;

// The library's definitions are one for the whole process.
Schemas.User.definition.extend(Schemas.EnterpriseUser.definition, false);

/**
 * Does something with the library; what it throws becomes a refusal of ours.
 * @param otherwise  what cannot be done for a reason that SCIM has no word for
 * @throws AppError unreadable `scim.…`
 */
export async function withLibrary<T>(
  work: () => T | Promise<T>,
  otherwise: (detail: string) => AppError = scimRefusals.invalidValue,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw refusalOf(error, otherwise);
  }
}

/**
 * A resource as it is sent. The library leaves the schemas out when some attributes are asked for; RFC 7643 3 wants them
 * always.
 * @param own  schema of the resource, then of what extends it
 */
export function withSchemas(resource: object, [own = '', ...extensions]: readonly string[]): Record<string, unknown> {
  const { schemas: _schemas, ...shown } = JSON.parse(JSON.stringify(resource)) as Record<string, unknown>;
  return { schemas: [own, ...extensions.filter((id) => id in shown)], ...shown };
}

function refusalOf(error: unknown, otherwise: (detail: string) => AppError): unknown {
  if (error instanceof AppError) return error;
  const detail = error instanceof Error ? error.message.slice(0, 500) : '';
  // It looks into what was sent without looking first whether it is there.
  if (!(error instanceof Types.Error)) {
    const ours = error instanceof TypeError && /^(Cannot read|.* is not (a function|iterable))/.test(detail);
    return otherwise(ours || !(error instanceof TypeError) ? 'The request cannot be read.' : detail);
  }
  switch (error.scimType) {
    case 'invalidFilter':
      return scimRefusals.invalidFilter(detail);
    case 'invalidPath':
      return scimRefusals.invalidPath(detail);
    case 'invalidSyntax':
      return scimRefusals.invalidSyntax(detail);
    case 'noTarget':
      return scimRefusals.noTarget(detail);
    case 'mutability':
      return scimRefusals.mutability(detail);
    default:
      return otherwise(detail);
  }
}
