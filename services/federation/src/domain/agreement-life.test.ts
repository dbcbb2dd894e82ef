import type { FederationAgreementStep } from '@helpmesh/contracts';
import { describe, expect, it } from 'vitest';
import { byPeer, ourWord, toldStatus } from './agreement-life.ts';

const of = (status: Parameters<typeof byPeer>[0]['status'], pausedHere = false, pausedThere = false) => ({
  ...{ status, pausedHere, pausedThere },
});
const steps: FederationAgreementStep[] = ['accepted', 'declined', 'suspended', 'ended'];
const over = 'federation.agreement-over';
const step = 'federation.agreement-step';
const said = (standing: Parameters<typeof byPeer>[0], word: FederationAgreementStep) => {
  try {
    return byPeer(standing, word);
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('what a peer says of an agreement', () => {
  it.each([
    [
      'what we have proposed',
      of('proposed'),
      [{ status: 'accepted' }, { status: 'declined' }, step, { status: 'ended' }],
    ],
    ['what it has proposed itself', of('pending'), [step, step, step, { status: 'ended' }]],
    ['one that both want', of('accepted'), [{}, step, { pausedThere: true }, { status: 'ended' }]],
    ['one that it has suspended', of('accepted', false, true), [{ pausedThere: false }, step, {}, { status: 'ended' }]],
    ['one that we have suspended', of('accepted', true), [step, step, { pausedThere: true }, { status: 'ended' }]],
    [
      'one that both have suspended',
      of('accepted', true, true),
      [{ pausedThere: false }, step, {}, { status: 'ended' }],
    ],
    ['one that was declined', of('declined'), [over, {}, over, {}]],
    ['one that has ended', of('ended'), [over, over, over, {}]],
  ] as const)('of %s', (_, standing, expected) => {
    expect(steps.map((word) => said(standing, word))).toEqual(expected);
  });

  it('has one name for both sides, and each knows what the other has said', () => {
    expect(
      [of('proposed'), of('pending'), of('accepted'), of('accepted', true), of('accepted', false, true)].map(
        toldStatus,
      ),
    ).toEqual([...['pending', 'pending', 'accepted', 'suspended', 'suspended']]);
    expect(
      [of('proposed'), of('pending'), of('accepted', false, true), of('accepted', true), of('ended')].map(ourWord),
    ).toEqual([...['pending', null, 'accepted', 'suspended', 'ended']]);
  });
});
