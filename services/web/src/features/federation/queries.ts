import type { agreements, InputOf, OutputOf, PbasSettings, peerAdapters, peers } from '@helpmesh/contracts';
import { queryOptions } from '@tanstack/react-query';
import { request } from '../../app/api.ts';
import { keyOf } from '../admin/queries.ts';

export type Peer = OutputOf<typeof peers.get>;
export type PeerTicket = OutputOf<typeof peers.tickets>[number];
export type PeerOffer = OutputOf<typeof peers.offers>[number];
export type PeerWish = OutputOf<typeof peers.wishes>[number];
export type Agreement = OutputOf<typeof agreements.get>;
export type AgreementProposal = OutputOf<typeof agreements.proposals>[number];
export type AgreementPreview = OutputOf<typeof agreements.preview>;
export type AgreementBody = NonNullable<InputOf<typeof agreements.create>['body']>;
export type AcceptBody = NonNullable<InputOf<typeof agreements.accept>['body']>;
export type Adapter = OutputOf<typeof peerAdapters.show>;
export type AdapterKind = OutputOf<typeof peerAdapters.kinds>[number];
type AdapterBody = NonNullable<InputOf<typeof peerAdapters.update>['body']>;
export type PeerWebhook = OutputOf<typeof peers.webhooks>[number];
export type OwnKeys = OutputOf<typeof peers.ownKeys>;
export type TrustBody = NonNullable<InputOf<typeof peers.trustKeys>['body']>;
type PeerBody = NonNullable<InputOf<typeof peers.create>['body']>;

/** These few pages name their routes themselves: the table of all others is part of what every agent loads first. */
const ask = <T>(method: string, path: string, body?: unknown, signal?: AbortSignal) =>
  request(method, `/api/v1/${path}`, body, signal) as Promise<T>;

/** No event tells how it goes: whoever looks reads it anew, and again after a while. */
const live = { staleTime: 0, refetchInterval: 10_000 } as const;

export const peerRows = {
  get: (id: number) => ask<Peer>('GET', `federation/peers/${id}`),
  create: (body: PeerBody) => ask<Peer>('POST', 'federation/peers', body),
  update: (id: number, body: Partial<PeerBody>) => ask<Peer>('PUT', `federation/peers/${id}`, body),
  remove: (id: number) => ask<unknown>('DELETE', `federation/peers/${id}`),
  test: (id: number) => ask<OutputOf<typeof peers.test>>('POST', `federation/peers/${id}/test`),
  replay: (id: number, compare: boolean) => ask<unknown>('POST', `federation/peers/${id}/replay`, { compare }),
  keepToken: (id: number, token: string) => ask<Peer>('PUT', `federation/peers/${id}/token`, { token }),
  makeToken: (id: number) => ask<{ token: string }>('POST', `federation/peers/${id}/tokens`),
  trustKeys: (id: number, body: TrustBody) => ask<Peer>('PUT', `federation/peers/${id}/keys`, body),
  removeWebhook: (id: number, hook: string) => ask<unknown>('DELETE', `federation/peers/${id}/webhooks/${hook}`),
  removeToken: (id: number, token: number) => ask<unknown>('DELETE', `federation/peers/${id}/tokens/${token}`),
};

export const adapterRows = {
  get: (id: number, signal?: AbortSignal) => ask<Adapter>('GET', `federation/peers/${id}/adapter`, undefined, signal),
  update: (id: number, body: AdapterBody) => ask<Adapter>('PUT', `federation/peers/${id}/adapter`, body),
  verify: (id: number) => ask<OutputOf<typeof peerAdapters.verify>>('POST', `federation/peers/${id}/adapter/verify`),
};

export const agreementRows = {
  get: (id: number) => ask<Agreement>('GET', `agreements/${id}`),
  create: (body: AgreementBody) => ask<Agreement>('POST', 'agreements', body),
  update: (id: number, body: Partial<AgreementBody>) => ask<Agreement>('PUT', `agreements/${id}`, body),
  remove: (id: number) => ask<unknown>('DELETE', `agreements/${id}`),
  accept: (id: number, body: AcceptBody) => ask<Agreement>('POST', `agreement_proposals/${id}/accept`, body),
  decline: (id: number, reason: string) => ask<unknown>('POST', `agreement_proposals/${id}/decline`, { reason }),
  preview: (id: number, ticket_id: number) => ask<AgreementPreview>('POST', `agreements/${id}/preview`, { ticket_id }),
};

export const turnSwitch = (stopped: boolean) => ask<{ stopped: boolean }>('PUT', 'federation/switch', { stopped });

export const switchQuery = queryOptions({
  queryKey: keyOf('federation', 'switch'),
  queryFn: ({ signal }) => ask<{ stopped: boolean }>('GET', 'federation/switch', undefined, signal),
  ...live,
});

export const peersQuery = queryOptions({
  queryKey: keyOf('federation', 'peers'),
  queryFn: ({ signal }) => ask<Peer[]>('GET', 'federation/peers?per_page=500', undefined, signal),
  ...live,
});

/** What waits at a helpdesk, and what it wishes: the first of both, more is a matter of the API. */
export const peerTicketsQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('federation', 'tickets', id),
    queryFn: ({ signal }) => ask<PeerTicket[]>('GET', `federation/peers/${id}/tickets`, undefined, signal),
    ...live,
  });

export const peerWishesQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('federation', 'wishes', id),
    queryFn: ({ signal }) => ask<PeerWish[]>('GET', `federation/peers/${id}/wishes`, undefined, signal),
    ...live,
  });

export const peerOffersQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('federation', 'offers', id),
    queryFn: ({ signal }) => ask<PeerOffer[]>('GET', `federation/peers/${id}/offers`, undefined, signal),
    ...live,
  });

export const peerWebhooksQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('federation', 'webhooks', id),
    queryFn: ({ signal }) => ask<PeerWebhook[]>('GET', `federation/peers/${id}/webhooks`, undefined, signal),
    ...live,
  });

export const rotateKeys = (at_once: boolean) => ask<OwnKeys>('POST', 'federation/keys', { at_once });

export const ownKeysQuery = queryOptions({
  queryKey: keyOf('federation', 'keys'),
  queryFn: ({ signal }) => ask<OwnKeys>('GET', 'federation/keys', undefined, signal),
});

export const adapterQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('federation', 'adapter', id),
    queryFn: ({ signal }) => adapterRows.get(id, signal),
  });

export const adapterKindsQuery = queryOptions({
  queryKey: keyOf('federation', 'adapter-kinds'),
  queryFn: ({ signal }) => ask<AdapterKind[]>('GET', 'federation/adapters', undefined, signal),
  staleTime: 3_600_000,
});

export const agreementsQuery = queryOptions({
  queryKey: keyOf('federation', 'agreements'),
  queryFn: ({ signal }) => ask<Agreement[]>('GET', 'agreements?per_page=500', undefined, signal),
});

export const proposalsQuery = queryOptions({
  queryKey: keyOf('federation', 'proposals'),
  queryFn: ({ signal }) => ask<AgreementProposal[]>('GET', 'agreement_proposals', undefined, signal),
  ...live,
});

export const readPbas = () => ask<PbasSettings>('GET', 'pbas_settings');
export const writePbas = (body: object) => ask<PbasSettings>('PUT', 'pbas_settings', body);

export const pbasQuery = queryOptions({
  queryKey: keyOf('federation', 'pbas'),
  queryFn: readPbas,
});
