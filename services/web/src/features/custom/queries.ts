import type { CustomField, OutputOf } from '@helpmesh/contracts';
import { queryOptions, useQuery } from '@tanstack/react-query';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';

export type { CustomField };
export type CustomObject = keyof OutputOf<Endpoints['customFields']>;
export type CustomScreen = 'create' | 'edit' | 'view';

/** Values by the names of the fields. */
export type CustomValues = Readonly<Record<string, unknown>>;

const MINUTE = 60_000;

/** The fields of every object, as far as they concern whoever is signed in; they change seldom. */
export const customFieldsQuery = queryOptions({
  queryKey: ['lookup', 'custom-fields'],
  queryFn: ({ signal }) => call('customFields', { signal }),
  staleTime: 5 * MINUTE,
});

const none: readonly CustomField[] = [];

/** Those that are on a screen, in their order. */
export function useCustomFields(object: CustomObject, screen: CustomScreen): readonly CustomField[] {
  const { data } = useQuery(customFieldsQuery);
  return data?.[object].filter((field) => field[screen].shown) ?? none;
}
