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

/** What has to be known of a software before it is called. */
export const AdapterKindInfo = z.object({
  kind: z.enum(adapterKinds),
  /** The login has to be told; else it is only needed with a password. */
  needs_account: z.boolean(),
  /** What states and priorities are called there, as installed. */
  states: z.record(z.enum(canonicalStates), z.string()),
  priorities: z.record(z.enum(canonicalPriorities), z.string()),
});

/** What was tried, in its order; behind the first that fails nothing is. */
export const PeerAdapterTest = z.object({
  ok: z.boolean(),
  /** Who answers there; empty where nobody did, or where it is not told. */
  product: z.string(),
  version: z.string(),
  account: z.string(),
  steps: z.array(
    z.object({
      step: z.enum(['connect', 'sign-in', 'queue', 'changes']),
      ok: z.boolean(),
      /** What is wrong, mostly in the words of the other side. */
      detail: z.string().nullable(),
    }),
  ),
});

const tag = 'Federation';
const path = '/api/v1/federation/peers/:id/adapter';
const params = { id: Id };

export const peerAdapters = {
  kinds: defineEndpoint({
    id: 'listAdapterKinds',
    method: 'GET',
    path: '/api/v1/federation/adapters',
    question: 'rpc.federation.v1.list-adapter-kinds',
    tag,
    summary: 'Software without our protocol that can be spoken to, and what it calls states and priorities',
    response: z.array(AdapterKindInfo),
  }),
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
    summary: 'Calls the helpdesk with what is kept: says who answers there, and step by step what works or is wrong',
    params,
    response: PeerAdapterTest,
  }),
};
