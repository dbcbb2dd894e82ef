import { type Entitlement, parseEntitlement, satisfies } from './entitlement.ts';

/** What membership of a group elsewhere is worth here. */
export interface Mapping {
  id: number;
  /** The entitlement somebody must have, or one below it. */
  pattern: string;
}

/** A mapping that was earned, and by which of the entitlements. */
export interface Earned {
  mappingId: number;
  entitlement: string;
}

/** Which mappings these entitlements earn, each at most once. Entitlements that are none are passed over. */
export function earnedMappings(mappings: readonly Mapping[], entitlements: readonly string[]): Earned[] {
  const held = entitlements.flatMap((text) => {
    const entitlement = parseEntitlement(text);
    return entitlement ? [{ text, entitlement }] : [];
  });
  return mappings.flatMap(({ id, pattern }) => {
    const required: Entitlement | null = parseEntitlement(pattern);
    const found = required && held.find(({ entitlement }) => satisfies(entitlement, required));
    return found ? [{ mappingId: id, entitlement: found.text }] : [];
  });
}
