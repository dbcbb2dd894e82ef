import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { canonicalPriorities, canonicalStates } from '../federation/codes.ts';
import { Id, Instant, text } from './common.ts';

/** Software that a peer may run which does not speak `/federation/v1`. */
export const adapterKinds = ['rt', 'zammad', 'freshdesk', 'gitlab', 'jira', 'znuny', 'itop', 'ggus'] as const;

/** What the peer calls something, by what helpdesks call it among each other. */
const words = <T extends string>(names: readonly T[]) =>
  z.partialRecord(z.enum(names as unknown as [T, ...T[]]), text(100).min(1));

const settings = {
  kind: z.enum(adapterKinds),
  /** The queue, group, project or team that shared tickets lie in. */
  queue: text(200).min(1),
  /** Login of the account that we use there. */
  account: text(200),
  sign_in: z.enum(['token', 'password']),
  /** How often it is asked what has changed, seconds. */
  poll_seconds: z.number().int().min(10).max(3_600),
  states: words(canonicalStates),
  priorities: words(canonicalPriorities),
};

/** How a helpdesk without our protocol is spoken to. */
export const PeerAdapterSettings = z.object({
  peer_id: z.number().int(),
  ...settings,
  /** When it was last asked what has changed. */
  polled_at: Instant.nullable(),
  updated_by_id: z.number().int(),
  updated_at: Instant,
});

const tag = 'Federation';
const path = '/api/v1/federation/peers/:id/adapter';
const params = { id: Id };

export const peerAdapters = {
  show: defineEndpoint({
    id: 'showPeerAdapter',
    method: 'GET',
    path,
    question: 'rpc.federation.v1.show-peer-adapter',
    tag,
    summary: 'How a helpdesk is spoken to that does not speak our protocol',
    params,
    response: PeerAdapterSettings,
  }),
  update: defineEndpoint({
    id: 'updatePeerAdapter',
    method: 'PUT',
    path,
    question: 'rpc.federation.v1.update-peer-adapter',
    tag,
    summary: 'Says which software the helpdesk runs, and where shared tickets lie there',
    params,
    body: z.object({
      ...settings,
      account: settings.account.default(''),
      sign_in: settings.sign_in.default('token'),
      poll_seconds: settings.poll_seconds.default(30),
      states: settings.states.default({}),
      priorities: settings.priorities.default({}),
    }),
    response: PeerAdapterSettings,
  }),
  verify: defineEndpoint({
    id: 'verifyPeerAdapter',
    method: 'POST',
    path: `${path}/verify`,
    question: 'rpc.federation.v1.verify-peer-adapter',
    tag,
    summary: 'Calls the helpdesk with what is kept: says who answers there, or what is wrong',
    params,
    response: z.object({ product: z.string(), version: z.string(), account: z.string() }),
  }),
};
