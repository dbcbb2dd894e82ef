import { useQuery } from '@tanstack/react-query';
import { useMe } from '../session/use-me.ts';
import { type Group, groupsQuery } from './queries.ts';

/** What a form is about whose makers do not administer all of its kind: groups of their communities only. */
interface OwnGroups {
  /** Those that may be chosen. */
  groups: readonly Group[];
  /** Whether they are all there are. */
  all: boolean;
}

/** @param permission  of whoever may choose any group */
export function useOwnGroups(permission: string): OwnGroups {
  const { me, may } = useMe();
  const { data: groups = [] } = useQuery(groupsQuery);
  if (may(permission)) return { groups, all: true };
  const own = me.administered_group_ids;
  return { groups: Array.isArray(own) ? groups.filter(({ id }) => own.includes(id)) : [], all: false };
}
