import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { federationFieldNames, NodeId } from '../federation/model.ts';
import { bounded, Flag, Id, Instant, Page, Row, text } from './common.ts';
import { adapterKinds } from './peer-adapters.ts';

/** Where the public keys of a helpdesk come from; `published`: from its own `/federation/v1/jwks`, while it is called. */
const keySources = ['none', 'published', 'url', 'given'] as const;

/** Another helpdesk, and how things stand with it. */
export const Peer = Row.extend({
  name: z.string(),
  /** Its address: `https://desk.example.org`. */
  node: z.string(),
  paused: z.boolean(),
  /** How often it may call here; what is more is answered 429. */
  calls_per_minute: z.number().int(),
  /** Whether there is a token for calling it. */
  has_token: z.boolean(),
  /** It is called without one, by the key of this desk alone. */
  by_key: z.boolean(),
  /** Whose signature it may show instead of a token. */
  keys: z.object({
    from: z.enum(keySources),
    url: z.string().nullable(),
    /** Of `given` keys. */
    kids: z.array(z.string()),
  }),
  /** What it runs and is spoken to in; null: Helpmesh, or the federation protocol. */
  software: z.enum(adapterKinds).nullable(),
  last_success_at: Instant.nullable(),
  failing_since: Instant.nullable(),
  last_error: z.string().nullable(),
  /** Tickets that are kept equal with it. */
  tickets: z.number().int(),
  /** Of them, those with something to send, to do, or to try again. */
  waiting: z.number().int(),
  failing: z.number().int(),
  /** Messages of theirs that are to be done here, and of ours that they have not taken yet. */
  queued_in: z.number().int(),
  queued_out: z.number().int(),
  /** Fields that they want otherwise than we have them. */
  wishes: z.number().int(),
  /** Tickets whose requester it was asked to forget because they were erased here, and has not said to have forgotten. */
  erasures: z.number().int(),
  /** How long the oldest of them waits, seconds. */
  lag_seconds: z.number(),
  /** What it may show when it calls here; the tokens themselves are not kept. */
  tokens: z.array(z.object({ id: z.number().int(), created_at: Instant, used_at: Instant.nullable() })),
});

/** What is wrong with single tickets at a peer. */
const PeerTicket = z.object({
  id: z.number().int(),
  uuid: z.uuid(),
  ticket_id: z.number().int().nullable(),
  remote_number: z.string().nullable(),
  remote_url: z.string().nullable(),
  attempts: z.number().int(),
  error: z.string().nullable(),
  due_at: Instant.nullable(),
  waiting_since: Instant.nullable(),
});

/** A change that is ours to make and that the peer would like; the values are shown with the ticket. */
const PeerWish = z.object({
  id: z.number().int(),
  ticket_id: z.number().int(),
  remote_number: z.string().nullable(),
  field: z.enum(federationFieldNames),
  created_at: Instant,
});

/** A ticket that waits for an answer: who is to work on it. */
const PeerOffer = z.object({
  ticket_id: z.number().int(),
  remote_number: z.string().nullable(),
  /** `out`: they are to answer; `in`: we are. */
  direction: z.enum(['in', 'out']),
  reason: z.string(),
  offered_at: Instant,
  /** Null: nobody said until when. */
  due_at: Instant.nullable(),
});

/** An address to which a peer has what happens told, set up by itself. */
const PeerWebhook = z.object({
  id: z.uuid(),
  url: z.string(),
  description: z.string(),
  /** `pending`: whoever is there has not said yes; `paused`: by the peer; `disabled`: by us, for the reason. */
  status: z.enum(['pending', 'active', 'paused', 'disabled']),
  reason: z.string().nullable(),
  /** Events that were not taken yet. */
  waiting: z.number().int(),
  failing_since: Instant.nullable(),
  next_try_at: Instant.nullable(),
  created_at: Instant,
});

const tag = 'Federation';
const path = '/api/v1/federation/peers';
const question = (name: string) => `rpc.federation.v1.${name}`;
const body = z.object({
  name: text(200).min(1),
  node: NodeId,
  paused: Flag.optional(),
  calls_per_minute: z.coerce.number().int().min(1).max(1_000_000).optional(),
  by_key: Flag.optional(),
});
/** A public key of this desk; other desks read it at `jwks_url`. */
const OwnKeys = z.object({
  jwks_url: z.string(),
  keys: z.array(
    z.object({
      kid: z.string(),
      /** When it begins to sign, and when it is published no longer. */
      signs_from: Instant,
      ends_at: Instant.nullable(),
      created_at: Instant,
    }),
  ),
});
const params = { id: Id };

export const peers = {
  list: defineEndpoint({
    id: 'listPeers',
    paging: { standard: 100, max: 500 },
    method: 'GET',
    path,
    question: question('list-peers'),
    tag,
    summary: 'All helpdesks that tickets are kept equal with',
    query: Page,
    response: z.array(Peer),
  }),
  get: defineEndpoint({
    id: 'getPeer',
    method: 'GET',
    path: `${path}/:id`,
    question: question('get-peer'),
    tag,
    summary: 'One of them',
    params,
    response: Peer,
  }),
  create: defineEndpoint({
    id: 'createPeer',
    method: 'POST',
    path,
    question: question('create-peer'),
    tag,
    summary: 'Adds a helpdesk',
    status: 201,
    body,
    response: Peer,
  }),
  update: defineEndpoint({
    id: 'updatePeer',
    method: 'PUT',
    path: `${path}/:id`,
    question: question('update-peer'),
    tag,
    summary: 'Changes a helpdesk, pauses it or goes on',
    params,
    body: body.partial(),
    response: Peer,
  }),
  delete: defineEndpoint({
    id: 'deletePeer',
    method: 'DELETE',
    path: `${path}/:id`,
    question: question('delete-peer'),
    tag,
    summary: 'Forgets a helpdesk; tickets stay on both sides as they are',
    params,
  }),
  keepToken: defineEndpoint({
    id: 'keepPeerToken',
    method: 'PUT',
    path: `${path}/:id/token`,
    question: question('keep-peer-token'),
    tag,
    summary: 'Keeps the token that the helpdesk has given us',
    params,
    body: z.object({ token: text(500).min(1) }),
    response: Peer,
  }),
  makeToken: defineEndpoint({
    id: 'makePeerToken',
    method: 'POST',
    path: `${path}/:id/tokens`,
    question: question('make-peer-token'),
    tag,
    summary: 'Makes a token for the helpdesk, shown this once; the one before goes on working, older ones end',
    params,
    status: 201,
    secretAnswer: true,
    response: z.object({ token: z.string() }),
  }),
  removeToken: defineEndpoint({
    id: 'removePeerToken',
    method: 'DELETE',
    path: `${path}/:id/tokens/:token_id`,
    question: question('remove-peer-token'),
    tag,
    summary: 'Ends a token at once',
    params: { ...params, token_id: Id },
  }),
  trustKeys: defineEndpoint({
    id: 'trustPeerKeys',
    method: 'PUT',
    path: `${path}/:id/keys`,
    question: question('trust-peer-keys'),
    tag,
    summary: 'Says whose signature the helpdesk may show (private_key_jwt); what it got for others ends at once',
    params,
    body: z.object({
      from: z.enum(keySources),
      /** Of `url`. */
      url: z.url().max(500).optional(),
      /** Of `given`: a JWK Set (RFC 7517) with public keys; ES256, EdDSA, or RS256 of 2,048 bits and more. */
      jwks: z.object({ keys: bounded(z.record(z.string(), z.unknown()), 10) }).optional(),
    }),
    response: Peer,
  }),
  ownKeys: defineEndpoint({
    id: 'listFederationKeys',
    method: 'GET',
    path: '/api/v1/federation/keys',
    question: question('list-own-keys'),
    tag,
    summary: 'The public keys by which other helpdesks know this one',
    response: OwnKeys,
  }),
  rotateKeys: defineEndpoint({
    id: 'rotateFederationKeys',
    method: 'POST',
    path: '/api/v1/federation/keys',
    question: question('rotate-own-keys'),
    tag,
    summary:
      'Makes the next key: published now, it signs in an hour; with `at_once` it signs now and those before it end',
    body: z.object({ at_once: Flag.optional() }).optional(),
    response: OwnKeys,
  }),
  webhooks: defineEndpoint({
    id: 'listPeerWebhooks',
    method: 'GET',
    path: `${path}/:id/webhooks`,
    question: question('list-peer-webhooks'),
    tag,
    summary: 'Addresses to which a helpdesk has what happens told',
    params,
    response: z.array(PeerWebhook),
  }),
  removeWebhook: defineEndpoint({
    id: 'deletePeerWebhook',
    method: 'DELETE',
    path: `${path}/:id/webhooks/:webhook_id`,
    question: question('delete-peer-webhook'),
    tag,
    summary: 'Tells one of them nothing any more',
    params: { ...params, webhook_id: z.uuid() },
  }),
  replay: defineEndpoint({
    id: 'replayPeer',
    method: 'POST',
    path: `${path}/:id/replay`,
    question: question('replay-peer'),
    tag,
    summary: 'Tries at once what waits; with `compare`, asks where every ticket stands and puts right what differs',
    params,
    body: z.object({ compare: Flag.optional() }).optional(),
    response: z.object({ tickets: z.number().int() }),
  }),
  tickets: defineEndpoint({
    id: 'listPeerTickets',
    paging: { standard: 100, max: 500 },
    method: 'GET',
    path: `${path}/:id/tickets`,
    question: question('list-peer-tickets'),
    tag,
    summary: 'Tickets that wait at a helpdesk, the longest first',
    params,
    query: Page,
    response: z.array(PeerTicket),
  }),
  wishes: defineEndpoint({
    id: 'listPeerWishes',
    paging: { standard: 100, max: 500 },
    method: 'GET',
    path: `${path}/:id/wishes`,
    question: question('list-peer-wishes'),
    tag,
    summary: 'What a helpdesk wants to be otherwise and may not change itself, the newest first',
    params,
    query: Page,
    response: z.array(PeerWish),
  }),
  offers: defineEndpoint({
    id: 'listPeerOffers',
    paging: { standard: 100, max: 500 },
    method: 'GET',
    path: `${path}/:id/offers`,
    question: question('list-peer-offers'),
    tag,
    summary: 'Tickets that were offered to a helpdesk, or by it, and not answered; those that are due first, first',
    params,
    query: Page,
    response: z.array(PeerOffer),
  }),
  test: defineEndpoint({
    id: 'testPeer',
    method: 'POST',
    path: `${path}/:id/test`,
    question: question('test-peer'),
    tag,
    summary: 'Calls the helpdesk and says what it answers; nothing is changed on either side',
    params,
    response: z.object({
      product: z.string(),
      /** Agreements with us that it knows; null: there is no token to ask with. */
      agreements: z.number().int().nullable(),
      /** What it let us in by. */
      signed_in_by: z.enum(['key', 'token']).nullable(),
      milliseconds: z.number().int(),
    }),
  }),
  showSwitch: defineEndpoint({
    id: 'showSyncSwitch',
    method: 'GET',
    path: '/api/v1/federation/switch',
    question: question('show-sync-switch'),
    tag,
    summary: 'Whether anything is sent to other helpdesks',
    response: z.object({ stopped: z.boolean() }),
  }),
  turnSwitch: defineEndpoint({
    id: 'turnSyncSwitch',
    method: 'PUT',
    path: '/api/v1/federation/switch',
    question: question('turn-sync-switch'),
    tag,
    summary: 'Stops everything that would be sent to other helpdesks, or goes on; nothing is lost meanwhile',
    body: z.object({ stopped: z.boolean() }),
    response: z.object({ stopped: z.boolean() }),
  }),
};
