import type { IdentityConfig } from '../../config.ts';

/** Where SCIM is spoken, for `location` and `$ref`. */
export function scimBase({ HELPMESH_PUBLIC_URL }: Pick<IdentityConfig, 'HELPMESH_PUBLIC_URL'>): string {
  return `${HELPMESH_PUBLIC_URL.replace(/\/+$/, '')}/scim/v2`;
}
