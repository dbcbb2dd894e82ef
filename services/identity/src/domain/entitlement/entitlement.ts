/**
 * Membership of a group, as identity federations write it: AARC-G069, and AARC-G002 before it.
 *
 *     urn:<nid>:<delegated>[:<subnamespace>…]:group:<group>[:<subgroup>…][:role=<role>][#<authority>]
 *
 * Every part stays percent-encoded as it came (a `:` in the name of a group is `%3A`), in its normal form.
 *
 * @see https://aarc-community.org/guidelines/aarc-g069, RFC 8141
 */
export interface Entitlement {
  /** `urn:mace:egi.eu`, in normal form. */
  namespace: string;
  group: string;
  subgroups: readonly string[];
  /** Null: plain membership. */
  role: string | null;
  /** Who says so. Null: not said. */
  authority: string | null;
}

/** Far beyond any real one. */
const MOST_CHARACTERS = 2_000;
/** RFC 8141: `pchar` and `/`, without the colon that separates. */
const PART = /^(?:[\w\-.~!$&'()*+,;=@/]|%[\da-f]{2})+$/i;
const FRAGMENT = /^(?:[\w\-.~!$&'()*+,;=@/:?]|%[\da-f]{2})+$/i;
const NID = /^[a-z\d][a-z\d-]{0,30}[a-z\d]$/i;
const ROLE = 'role=';

/**
 * Reads a group entitlement into its normal form: `urn`, the namespace id and the delegated part in lower case, the
 * digits of percent escapes in upper case, the rest as it is.
 *
 * @returns null for anything else: resource capabilities (AARC-G027), roles of other registries, free text
 */
export function parseEntitlement(text: string): Entitlement | null {
  if (text.length > MOST_CHARACTERS) return null;
  const hash = text.indexOf('#');
  const authority = hash < 0 ? null : text.slice(hash + 1);
  if (authority !== null && !FRAGMENT.test(authority)) return null;
  const [urn = '', nid = '', delegated = '', ...rest] = (hash < 0 ? text : text.slice(0, hash)).split(':');
  if (urn.toLowerCase() !== 'urn' || !NID.test(nid)) return null;
  if (![delegated, ...rest].every((part) => PART.test(part))) return null;

  const at = rest.indexOf('group');
  if (at < 0) return null;
  const members = rest.slice(at + 1);
  const role = members.at(-1)?.startsWith(ROLE) ? (members.pop() as string).slice(ROLE.length) : null;
  const [group, ...subgroups] = members.map(upperHex);
  if (group === undefined || role === '') return null;
  const namespace = ['urn', nid.toLowerCase(), delegated.toLowerCase(), ...rest.slice(0, at)];
  return {
    namespace: namespace.map(upperHex).join(':'),
    group,
    subgroups,
    role: role === null ? null : upperHex(role),
    authority: authority === null ? null : upperHex(authority),
  };
}

/** The normal form as text: two that mean the same read the same. */
export function formatEntitlement({ namespace, group, subgroups, role, authority }: Entitlement): string {
  const parts = [namespace, 'group', group, ...subgroups];
  if (role !== null) parts.push(`${ROLE}${role}`);
  return parts.join(':') + (authority === null ? '' : `#${authority}`);
}

/**
 * Whether what somebody has is enough for what is asked: the same group of the same namespace, at or below the asked
 * subgroup; role and authority equal where they are asked for. A role in one subgroup says nothing about another.
 */
export function satisfies(actual: Entitlement, required: Entitlement): boolean {
  return (
    actual.namespace === required.namespace &&
    actual.group === required.group &&
    required.subgroups.every((name, i) => actual.subgroups[i] === name) &&
    (required.role === null || actual.role === required.role) &&
    (required.authority === null || actual.authority === required.authority)
  );
}

function upperHex(part: string): string {
  return part.replaceAll(/%[\da-f]{2}/gi, (digits) => digits.toUpperCase());
}
