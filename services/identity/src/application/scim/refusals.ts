import { AppError } from '@helpmesh/kernel';

/** Refusals of RFC 7644 3.12: the gateway makes the `scimType` of the code. */
export const scimRefusals = {
  invalidFilter: (detail: string) => new AppError('unreadable', 'scim.invalid-filter', detail),
  invalidSyntax: (detail: string) => new AppError('unreadable', 'scim.invalid-syntax', detail),
  invalidPath: (detail: string) => new AppError('unreadable', 'scim.invalid-path', detail),
  invalidValue: (detail: string) => new AppError('unreadable', 'scim.invalid-value', detail),
  noTarget: (detail: string) => new AppError('unreadable', 'scim.no-target', detail),
  mutability: (detail: string) => new AppError('unreadable', 'scim.mutability', detail),
  uniqueness: (detail: string) => new AppError('conflict', 'scim.uniqueness', detail),
  notFound: (resource: string, id: string) =>
    new AppError('not-found', 'scim.not-found', `Resource ${resource}/${id.slice(0, 40)} not found`),
  noSuchResource: () => new AppError('not-found', 'scim.resource-unknown', 'There is no such resource type.'),
  methodNotAllowed: () => new AppError('unreadable', 'scim.method-unknown', 'This cannot be done with this resource.'),
  stale: () => new AppError('stale', 'scim.version', 'The resource is not in the version that If-Match names.'),
  notProvisioning: () =>
    new AppError('forbidden', 'scim.not-provisioning', 'Only the token of a directory that is enabled may do this.'),
  readdress: () =>
    new AppError(
      'forbidden',
      'scim.account-has-rights',
      'The account has rights that the directory did not give: an administrator has to do this.',
    ),
  lastAdmin: () => new AppError('forbidden', 'scim.last-admin', 'At least one user needs to have admin permissions.'),
} as const;
