import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Draft } from './draft.ts';
import { DraftSync, SYNC_PAUSE_MS } from './draft-sync.ts';

const draft = (html: string): Draft => ({ html, to: '', cc: '', bcc: '', subject: '', formId: 'f', files: [] });

let said: string[];
/** Answers only when it is let go. */
let letGo: (() => void)[];
const server = {
  keep: (_: number, kind: string, { html }: Draft) => word(`${kind} ${html}`),
  forget: (_: number, kind: string) => word(`${kind} gone`),
};
const word = (text: string) => {
  said.push(text);
  return new Promise<void>((resolve) => letGo.push(resolve));
};
const next = async () => {
  letGo.shift()?.();
  await vi.advanceTimersByTimeAsync(0);
};

beforeEach(() => {
  vi.useFakeTimers();
  [said, letGo] = [[], []];
});
afterEach(() => {
  vi.useRealTimers();
});

it('tells the last of many keystrokes after a pause, and the same words once', async () => {
  const sync = new DraftSync(1, 'reply', null, undefined, server);
  for (const text of ['a', 'ab', 'abc']) sync.changed(draft(text));
  expect(said).toEqual([]);
  await vi.advanceTimersByTimeAsync(SYNC_PAUSE_MS);
  expect(said).toEqual(['reply abc']);
  await next();
  sync.changed(draft('abc'));
  await vi.advanceTimersByTimeAsync(SYNC_PAUSE_MS);
  expect(said).toEqual(['reply abc']);
});

it('what the server has is not told again; an emptied draft is forgotten', async () => {
  const sync = new DraftSync(1, 'note', draft('held'), undefined, server);
  sync.changed(draft('held'));
  void sync.flush();
  expect(said).toEqual([]);
  sync.changed(draft('<p></p>'));
  void sync.flush();
  await vi.advanceTimersByTimeAsync(0);
  expect(said).toEqual(['note gone']);
});

it('a draft that was sent stays gone, however slow a word before it was', async () => {
  const sync = new DraftSync(1, 'reply', null, undefined, server);
  sync.changed(draft('slow'));
  void sync.flush();
  await vi.advanceTimersByTimeAsync(0);
  sync.changed(draft('slower'));
  void sync.end();
  await vi.advanceTimersByTimeAsync(SYNC_PAUSE_MS);
  expect(said).toEqual(['reply slow']);
  await next();
  expect(said).toEqual(['reply slow', 'reply gone']);
  sync.changed(draft('late'));
  await vi.advanceTimersByTimeAsync(SYNC_PAUSE_MS);
  expect(said).toEqual(['reply slow', 'reply gone']);
});

it('a word that did not arrive is said again with the next', async () => {
  const failing = { ...server, keep: vi.fn().mockRejectedValueOnce(new Error('offline')).mockResolvedValue(undefined) };
  const sync = new DraftSync(1, 'reply', null, undefined, failing);
  sync.changed(draft('a'));
  await sync.flush();
  sync.changed(draft('a'));
  await sync.flush();
  expect(failing.keep).toHaveBeenCalledTimes(2);
});
