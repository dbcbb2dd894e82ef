import { mayReadInternal, mayReadTicket } from '@helpmesh/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyActor, anyTicket, modelSees, modelSeesAsAgent } from './visibility-model.ts';

describe('S15: the check in memory', () => {
  it('shows exactly the tickets that the naive model shows', () => {
    fc.assert(
      fc.property(anyActor, anyTicket, (actor, ticket) => {
        expect(mayReadTicket(actor, ticket)).toBe(modelSees(actor, ticket));
      }),
      { numRuns: 500 },
    );
  });

  it('S16: shows internal articles to exactly those whom the model calls agents of the ticket', () => {
    fc.assert(
      fc.property(anyActor, anyTicket, (actor, ticket) => {
        expect(mayReadInternal(actor, ticket)).toBe(modelSeesAsAgent(actor, ticket));
      }),
      { numRuns: 500 },
    );
  });
});
