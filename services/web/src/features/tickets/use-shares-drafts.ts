import { useQuery } from '@tanstack/react-query';
import { useMe } from '../session/use-me.ts';
import { groupsQuery, type Ticket } from './queries.ts';

/** Whether agents of the ticket's group park drafts for each other. */
export function useSharesDrafts({ group_id }: Pick<Ticket, 'group_id'>): boolean {
  const { agent } = useMe();
  const { data: groups } = useQuery({ ...groupsQuery, enabled: agent });
  return agent && groups?.find(({ id }) => id === group_id)?.shared_drafts === true;
}
