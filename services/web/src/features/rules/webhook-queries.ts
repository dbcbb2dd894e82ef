import type { OutputOf } from '@helpmesh/contracts';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';

export type Webhook = OutputOf<Endpoints['getWebhook']>;
export type Delivery = OutputOf<Endpoints['listWebhookDeliveries']>[number];
export type DeliveryState = Delivery['state'];

const key = (...more: unknown[]) => ['admin', 'webhooks', ...more];
const PAGE = 20;
/** Calls that are under way are looked at again: no event tells how they end. */
const LOOK_AGAIN_MS = 2_000;

export const underWay = (state: DeliveryState): boolean => state === 'queued' || state === 'calling';

export const webhooksQuery = queryOptions({
  queryKey: key('list'),
  queryFn: ({ signal }) => call('listWebhooks', { query: { per_page: 1000 }, signal }),
});

export const webhookQuery = (id: number) =>
  queryOptions({ queryKey: key(id), queryFn: ({ signal }) => call('getWebhook', { params: { id }, signal }) });

export const deliveriesQuery = (id: number, state: DeliveryState | null) =>
  infiniteQueryOptions({
    queryKey: key(id, 'deliveries', state),
    queryFn: ({ pageParam, signal }) =>
      call('listWebhookDeliveries', {
        query: { webhook_id: id, page: pageParam, per_page: PAGE, ...(state && { state }) },
        signal,
      }),
    initialPageParam: 1,
    getNextPageParam: (last, _, page) => (last.length < PAGE ? null : page + 1),
    staleTime: 0,
    refetchInterval: ({ state: { data } }) =>
      data?.pages[0]?.some((one) => underWay(one.state)) ? LOOK_AGAIN_MS : false,
  });

export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: key('delivery', id),
    queryFn: ({ signal }) => call('getWebhookDelivery', { params: { id }, signal }),
    staleTime: 0,
    refetchInterval: ({ state: { data } }) => (data && underWay(data.state) ? LOOK_AGAIN_MS : false),
  });
