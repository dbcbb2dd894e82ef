import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, boundedRecord, Flag, Id, optionalId, Page, Row, text } from './common.ts';

const tag = 'Communities';
const path = '/api/v1/communities';
const params = { id: Id };

const input = z.object({
  name: text(100).optional(),
  note: text(1_000).nullish(),
  active: Flag.optional(),
  /** A group belongs to one community. */
  group_ids: bounded(Id, 1_000).optional(),
  /** Who looks after what is of these groups only. */
  administrator_ids: bounded(Id, 100).optional(),
  /** The role of people whom they make agents; null: they add those only who are agents already. */
  agent_role_id: optionalId,
  /** Domains of the addresses that its groups may send from. */
  mail_domains: bounded(text(253), 50).optional(),
});
export type CommunityInput = z.output<typeof input>;

const row = Row.extend({
  name: z.string(),
  note: z.string().nullable(),
  active: z.boolean(),
  group_ids: z.array(z.number().int()),
  administrator_ids: z.array(z.number().int()),
  agent_role_id: z.number().int().nullable(),
  mail_domains: z.array(z.string()),
});

const levels = boundedRecord(bounded(text(20), 10), 1_000);
const agent = z.object({
  user_id: z.number().int(),
  login: z.string(),
  firstname: z.string(),
  lastname: z.string(),
  email: z.string(),
  active: z.boolean(),
  /** Access to the groups of the community by group id: what is given here. */
  group_ids: z.record(z.string(), z.array(z.string())),
  /** Groups of the community that a role of theirs opens as well; roles are the desk's. */
  role_group_ids: z.array(z.number().int()),
});
export type CommunityAgent = z.output<typeof agent>;

/** Communities that look after their own groups (docs/how-to/communities.md). */
export const communities = {
  list: defineEndpoint({
    id: 'listCommunities',
    method: 'GET',
    path,
    question: 'rpc.identity.v1.list-communities',
    tag,
    summary: 'All communities, for `admin`; for others those that they administer',
    query: Page,
    response: z.array(row),
  }),
  get: defineEndpoint({
    id: 'getCommunity',
    method: 'GET',
    path: `${path}/:id`,
    question: 'rpc.identity.v1.get-community',
    tag,
    summary: 'One community',
    params,
    response: row,
  }),
  create: defineEndpoint({
    id: 'createCommunity',
    method: 'POST',
    path,
    question: 'rpc.identity.v1.create-community',
    tag,
    summary: 'Adds a community, with its groups and whoever administers it',
    status: 201,
    body: input,
    response: row,
  }),
  update: defineEndpoint({
    id: 'updateCommunity',
    method: 'PUT',
    path: `${path}/:id`,
    question: 'rpc.identity.v1.update-community',
    tag,
    summary: 'Changes a community; who administers it gains or loses that at once',
    params,
    body: input,
    response: row,
  }),
  delete: defineEndpoint({
    id: 'deleteCommunity',
    method: 'DELETE',
    path: `${path}/:id`,
    question: 'rpc.identity.v1.delete-community',
    tag,
    summary: 'Ends the administration of a community by itself; its groups stay',
    params,
    response: z.object({}),
  }),
  agents: defineEndpoint({
    id: 'listCommunityAgents',
    method: 'GET',
    path: `${path}/:id/agents`,
    question: 'rpc.identity.v1.list-community-agents',
    tag,
    summary: 'Who works in the groups of a community',
    params,
    response: z.array(agent),
  }),
  setAgent: defineEndpoint({
    id: 'setCommunityAgent',
    method: 'PUT',
    path: `${path}/:id/agents`,
    question: 'rpc.identity.v1.set-community-agent',
    tag,
    summary: 'Says what somebody may do in the groups of a community; whoever has no account is invited',
    params,
    body: z.object({
      /** Of somebody who works there. */
      user_id: optionalId,
      /** Of anybody else. */
      email: text(255).nullish(),
      firstname: text(100).nullish(),
      lastname: text(100).nullish(),
      /** Levels by group id, of groups of the community; those that are left out are taken away. */
      group_ids: levels,
    }),
    response: agent,
  }),
};
