import { epochMs } from '@helpmesh/kernel';
import { expect, it } from 'vitest';
import { CallsToPeers } from './calls-to-peers.ts';

it('knows whom turns are under way for, each peer once, until the last of its turns ends', () => {
  const calls = new CallsToPeers();
  const [one, other] = [calls.begin(1, epochMs(5)), calls.begin(1, epochMs(5))];
  calls.begin(2, epochMs(6));
  expect(calls.peers()).toEqual([1, 2]);
  calls.end(one);
  expect(calls.peers()).toEqual([1, 2]);
  calls.end(other);
  expect(calls.peers()).toEqual([2]);
});

it('takes a lost call for old news once the peer has answered another that was made later', () => {
  const calls = new CallsToPeers();
  const before = calls.begin(1, epochMs(10));
  expect(calls.hasAnsweredSince(before)).toBe(false);
  calls.answered(1, epochMs(20));
  expect(calls.hasAnsweredSince(before)).toBe(true);
  expect(calls.hasAnsweredSince(calls.begin(1, epochMs(30)))).toBe(false);
  expect(calls.hasAnsweredSince(calls.begin(2, epochMs(10)))).toBe(false);
});

it('says once after a failure that the peer answers again', () => {
  const calls = new CallsToPeers();
  expect(calls.answered(1, epochMs(1))).toBe(false);
  calls.failed(1);
  expect([calls.answered(2, epochMs(2)), calls.answered(1, epochMs(2)), calls.answered(1, epochMs(3))]).toEqual([
    ...[false, true, false],
  ]);
});
