import { useQuery } from '@tanstack/react-query';
import { nameOf, userQuery } from '../../people/queries.ts';

/** The name of somebody; their id where it is not known, or not for whoever looks. */
export function PersonName({ id }: { id: number }) {
  const { data } = useQuery({ ...userQuery(id), retry: false });
  return <span>{data ? nameOf(data) : `#${id}`}</span>;
}
