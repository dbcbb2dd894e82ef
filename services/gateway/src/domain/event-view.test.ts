import type { Actor } from '@helpmesh/contracts';
import { anyActor, anyTicket, type ModelTicket, modelSees, modelSeesAsAgent } from '@helpmesh/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LiveEvent, viewOf } from './event-view.ts';

const agent: Actor = {
  kind: 'user',
  userId: 4,
  login: 'a',
  permissions: ['ticket.agent'],
  groups: { 1: ['read'] },
  organizationIds: [],
  sharedOrganizationIds: [],
  locale: 'en',
  via: 'session',
};
const customer: Actor = { ...agent, userId: 2, permissions: ['ticket.customer'], groups: {} };
const stranger: Actor = { ...customer, userId: 9 };

const event = (over: object = {}, type = 'ticket.v1.updated'): LiveEvent => ({
  seq: 5,
  type,
  data: { ticket: { id: 7, groupId: 1, customerId: 2, organizationId: null }, ...over },
});
const moved = { group_id: { from: 1, to: 3 } };

describe('viewOf', () => {
  it('tells of a change of many tickets to whoever ordered it, and to nobody else', () => {
    const job = { id: 12, userId: 4, status: 'running', total: 3, waiting: 1 };
    const progress: LiveEvent = { seq: 6, type: 'ticket.v1.job-progressed', data: { job } };
    expect(viewOf(progress, agent)).toContain('"waiting":1');
    expect(viewOf(progress, { ...agent, userId: 5, permissions: ['admin', 'ticket.agent'] })).toBeUndefined();
    expect(viewOf(progress, customer)).toBeUndefined();
  });

  it.each([
    ['the agent of the group', agent, 'ticket.v1.updated'],
    ['the customer', customer, 'ticket.v1.updated'],
    ['a stranger', stranger, undefined],
  ])('shows %s what they may see', (_who, actor, type) => {
    expect(/event: (.*)/.exec(viewOf(event(), actor) ?? '')?.[1]).toBe(type);
  });

  it.each([
    ['an internal article', { article: { id: 1, internal: true } }],
    ['a change of an internal article', { articleId: 1, internal: true }],
  ])('hides %s from the customer, but not that the ticket changed', (_what, data) => {
    const one = event(data, 'ticket.v1.article-added');
    expect(viewOf(one, agent)).toContain('event: ticket.v1.article-added');
    expect(viewOf(one, customer)).toMatch(/event: ticket\.v1\.updated\ndata: (?!.*internal)/);
  });

  it('tells who saw a ticket that it moved away, and nothing more', () => {
    const ticket = { id: 7, groupId: 3, customerId: 2, organizationId: null, group: 'Secret' };
    const text = viewOf(event({ ticket, changes: moved }), agent);
    expect(text).toContain('ticket.v1.deleted');
    expect(text).not.toContain('Secret');
    expect(viewOf(event({ ticket, changes: { title: { from: 'a', to: 'b' } } }), agent)).toBeUndefined();
  });

  it('is one SSE message with the position as id', () => {
    expect(viewOf(event(), agent)).toMatch(/^id: 5\nevent: [\w.-]+\ndata: \{.*\}\n\n$/);
  });

  it('never lets text of people through that the event carries', () => {
    const article = { id: 1, internal: false, excerpt: 'canary', from: 'canary@example.com' };
    expect(viewOf(event({ article }), agent)).not.toContain('canary');
  });
});

describe('S15: events', () => {
  const canary = 'canary';
  /** A ticket as it was before the event, and as it is now. */
  const moves = fc.tuple(anyTicket, anyTicket, fc.boolean());
  const articles = fc.option(fc.record({ id: fc.constant(77), internal: fc.boolean() }));
  const changesOf = (before: ModelTicket, now: ModelTicket) => ({
    group_id: { from: before.groupId, to: now.groupId },
    customer_id: { from: before.customerId, to: now.customerId },
    organization_id: { from: before.organizationId, to: now.organizationId },
  });

  it('S16: show a ticket to those whom the model shows it, its internal articles to its agents, and else nothing', () => {
    fc.assert(
      fc.property(anyActor, moves, articles, (actor, [before, now, moved], article) => {
        const changes = moved ? { changes: changesOf(before, now) } : {};
        const ticket = { ...now, id: 7, title: canary };
        const text = viewOf(event({ ticket, ...(article && { article }), ...changes }), actor);
        const saw = moved && modelSees(actor, before);
        expect(text?.includes(canary) ?? false).toBe(modelSees(actor, now));
        expect(text !== undefined).toBe(modelSees(actor, now) || saw);
        const knowsOfArticle = modelSees(actor, now) && (!article?.internal || modelSeesAsAgent(actor, now));
        expect(text?.includes('"article":{"id":77') ?? false).toBe(article !== null && knowsOfArticle);
        expect(text ?? '').not.toContain('"changes"');
      }),
      { numRuns: 500 },
    );
  });
});
