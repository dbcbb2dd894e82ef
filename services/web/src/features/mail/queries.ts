import type { OutputOf } from '@helpmesh/contracts';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';
import { keyOf } from '../admin/queries.ts';

const ALL = 1000;
const PAGE = 50;

/** No event tells how it goes: whoever looks reads it anew, and again after a while. */
const state = { staleTime: 0, refetchInterval: 15_000 } as const;

export const mailboxesQuery = queryOptions({
  queryKey: keyOf('mail', 'mailboxes'),
  queryFn: ({ signal }) => call('listMailChannels', { query: { per_page: ALL }, signal }),
  ...state,
});

export const mailboxQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('mail', 'mailbox', id),
    queryFn: ({ signal }) => call('getMailChannel', { params: { id }, signal }),
  });

export const accountsQuery = queryOptions({
  queryKey: keyOf('mail', 'accounts'),
  queryFn: ({ signal }) => call('listMailAccounts', { query: { per_page: ALL }, signal }),
  ...state,
});

export const accountQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('mail', 'account', id),
    queryFn: ({ signal }) => call('getMailAccount', { params: { id }, signal }),
  });

export type MailText = OutputOf<Endpoints['getMailTemplate']>;
export type MailKind = OutputOf<Endpoints['listMailKinds']>[number];

export const mailTextsQuery = queryOptions({
  queryKey: keyOf('mail', 'texts'),
  queryFn: ({ signal }) => call('listMailTemplates', { query: { per_page: ALL }, signal }),
  staleTime: 0,
});

export const mailKindsQuery = queryOptions({
  queryKey: keyOf('mail-kinds'),
  queryFn: ({ signal }) => call('listMailKinds', { signal }),
});

/** A mail with made-up values in it. */
export const mailPreviewQuery = (draft: Pick<MailText, 'kind' | 'locale' | 'branding_id' | 'subject' | 'body'>) =>
  queryOptions({
    queryKey: keyOf('mail-preview', draft),
    queryFn: ({ signal }) => call('previewMailTemplate', { body: draft, signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

const nextPage = (last: readonly unknown[], _: unknown, page: number) => (last.length < PAGE ? null : page + 1);

export type SenderProof = OutputOf<Endpoints['getSenderProof']>;
export const senderProofQuery = queryOptions({
  queryKey: keyOf('mail', 'sender-proof'),
  queryFn: ({ signal }) => call('getSenderProof', { signal }),
});

export type MailKey = OutputOf<Endpoints['listMailKeys']>[number];
export const keysQuery = (kind: MailKey['kind']) =>
  queryOptions({
    queryKey: keyOf('mail', 'keys', kind),
    queryFn: ({ signal }) => call('listMailKeys', { query: { kind, per_page: 500 }, signal }),
  });

export type GroupSealing = OutputOf<Endpoints['listMailSealing']>[number];
export const sealingQuery = queryOptions({
  queryKey: keyOf('mail', 'sealing'),
  queryFn: ({ signal }) => call('listMailSealing', { signal }),
});

export type SetAside = 'quarantined' | 'ignored' | 'suspended' | 'discarded';

export const setAsideQuery = (what: SetAside) =>
  infiniteQueryOptions({
    queryKey: keyOf('mail', 'aside', what),
    queryFn: ({ pageParam, signal }) =>
      call('listQuarantine', { query: { state: what, page: pageParam, per_page: PAGE }, signal }),
    initialPageParam: 1,
    getNextPageParam: nextPage,
    staleTime: 0,
  });

export const outgoingQuery = (what: string) =>
  infiniteQueryOptions({
    queryKey: keyOf('mail', 'outgoing', what),
    queryFn: ({ pageParam, signal }) =>
      call('listOutboundMail', { query: { state: what, page: pageParam, per_page: PAGE }, signal }),
    initialPageParam: 1,
    getNextPageParam: nextPage,
    staleTime: 0,
  });
