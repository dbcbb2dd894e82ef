import { beforeEach, describe, expect, it } from 'vitest';
import { type Draft, isBlank, loadDraft, removeDraft, saveDraft } from './draft.ts';

const kept = new Map<string, string>();
const storage = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
};
const aDraft = (overrides: Partial<Draft> = {}): Draft => ({
  html: '<p>Hello</p>',
  to: 'anna@b.example',
  cc: '',
  subject: '',
  formId: 'f1',
  files: [],
  ...overrides,
});

describe('drafts', () => {
  beforeEach(() => kept.clear());

  it('come back as they were written, by ticket and kind', () => {
    saveDraft('reply', 7, aDraft(), storage);
    expect(loadDraft('reply', 7, storage)).toEqual(aDraft());
    expect(loadDraft('note', 7, storage)).toBeNull();
    expect(loadDraft('reply', 8, storage)).toBeNull();
  });

  it('go away when they are emptied or removed', () => {
    saveDraft('reply', 7, aDraft(), storage);
    saveDraft('reply', 7, aDraft({ html: '<p></p>' }), storage);
    expect(loadDraft('reply', 7, storage)).toBeNull();
    saveDraft('note', 7, aDraft(), storage);
    removeDraft('note', 7, storage);
    expect(kept.size).toBe(0);
  });

  it('stay while only a file is attached', () => {
    saveDraft('reply', 7, aDraft({ html: '', files: [{ id: 1, filename: 'a.txt', size: 1 }] }), storage);
    expect(loadDraft('reply', 7, storage)?.files).toHaveLength(1);
  });

  it.each([['{'], ['null'], ['[]'], ['{"html":1}']])('are ignored when the storage holds %s', (text) => {
    kept.set('helpmesh.draft.reply.7', text);
    expect(loadDraft('reply', 7, storage)).toBeNull();
  });

  it('do not break writing when the storage is full', () => {
    const full = {
      ...storage,
      setItem: () => {
        throw new Error('QuotaExceededError');
      },
    };
    expect(() => saveDraft('reply', 7, aDraft(), full)).not.toThrow();
  });

  it.each([
    ['<p></p>', true],
    ['<p>&nbsp;</p><p><br></p>', true],
    ['<p>a</p>', false],
  ])('%s is blank: %s', (html, blank) => {
    expect(isBlank(html)).toBe(blank);
  });
});
