import { Fragment, type ReactNode } from 'react';
import { ApiError } from '../../../app/api.ts';
import { Failed } from '../../../ui/state-messages.tsx';
import type { AdminPageId } from '../pages.ts';
import { AdminPage } from './admin-page.tsx';
import { Loading } from './loading.tsx';
import { NoSuch } from './no-such.tsx';

interface Props<R> {
  /** For the record, or for all of its kind. */
  query: { data: R | readonly R[] | undefined; error: unknown; refetch: () => unknown };
  /** In the address. */
  id: number;
  /** The list that it belongs to. */
  up: AdminPageId;
  /** While there is no record to take it from. */
  title: string;
  /** Begins anew with each record. */
  children: (record: R) => ReactNode;
}

/** The page of one record with all its states: on its way, not loaded, not there. What stands is never taken away. */
export function RecordPage<R extends { id: number }>({ query, id, up, title, children }: Props<R>) {
  const { data, error, refetch } = query;
  const record = Array.isArray(data) ? (data as readonly R[]).find((each) => each.id === id) : (data as R | undefined);
  if (record) return <Fragment key={id}>{children(record)}</Fragment>;
  if (!data && !error) return <Loading />;
  if (data || (error instanceof ApiError && error.status === 404)) return <NoSuch up={up} />;
  return (
    <AdminPage title={title} up={up}>
      <Failed error={error} onRetry={() => void refetch()} />
    </AdminPage>
  );
}
