import type { answerScim, OutputOf } from '@helpmesh/contracts';
import { scimRefusals } from './refusals.ts';

export type Answer = OutputOf<typeof answerScim>;

/** @throws AppError stale `scim.version`, unless the header names this version or every one */
export function refuseStale(ifMatch: string | undefined, version: string | number): void {
  if (ifMatch === undefined || matches(ifMatch, version)) return;
  throw scimRefusals.stale();
}

/** A list of entity tags (RFC 9110 8.8.3) or `*`; ours are weak, and compared as such. */
export function matches(header: string, version: string | number): boolean {
  return header.split(',').some((one) => {
    const tag = one.trim();
    return tag === '*' || tag.replace(/^W\//i, '') === `"${version}"`;
  });
}
