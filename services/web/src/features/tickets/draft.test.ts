import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adoptDrafts, type Draft, isBlank, loadDraft, newFormId, removeDraft, saveDraft } from './draft.ts';

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
  bcc: '',
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

  it('of a browser that knew no hidden recipients yet have none', () => {
    const { bcc: _, ...earlier } = aDraft();
    kept.set('helpmesh.draft.reply.7', JSON.stringify(earlier));
    expect(loadDraft('reply', 7, storage)).toEqual(aDraft());
  });

  it('go away when they are emptied or removed', () => {
    saveDraft('reply', 7, aDraft(), storage);
    saveDraft('reply', 7, aDraft({ html: '<p></p>' }), storage);
    expect(loadDraft('reply', 7, storage)).toBeNull();
    saveDraft('note', 7, aDraft(), storage);
    removeDraft('note', 7, storage);
    expect(kept.size).toBe(0);
  });

  it('have names of their own also on a page over plain http, which browsers keep randomUUID from', () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const names = Array.from({ length: 100 }, newFormId);
    vi.unstubAllGlobals();
    expect(new Set(names).size).toBe(100);
    expect(names.every((name) => /^[0-9a-f]{32}$/.test(name))).toBe(true);
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

describe('what was typed elsewhere', () => {
  const store = () => {
    const held = new Map<string, string>();
    return {
      getItem: (key: string) => held.get(key) ?? null,
      setItem: (key: string, value: string) => void held.set(key, value),
      removeItem: (key: string) => void held.delete(key),
    };
  };
  const here = { html: 'here', to: '', cc: '', bcc: '', subject: '', formId: 'f', files: [] };
  const kept = (html: string, updated_at: string) => ({
    kind: 'reply' as const,
    content: { html, to: '', cc: '', subject: '', form_id: 'g', files: [] },
    updated_at,
  });

  it('comes in when it is newer, and stays out when it is not', () => {
    const storage = store();
    saveDraft('reply', 1, { ...here, savedAt: Date.parse('2026-01-01T10:00:00Z') }, storage);
    expect(adoptDrafts(1, [kept('older', '2026-01-01T09:00:00.000Z')], storage)).toEqual([]);
    expect(loadDraft('reply', 1, storage)?.html).toBe('here');
    expect(adoptDrafts(1, [kept('newer', '2026-01-01T11:00:00.000Z')], storage)).toEqual(['reply']);
    expect(loadDraft('reply', 1, storage)).toMatchObject({ html: 'newer', formId: 'g', synced: true });
  });

  it('keeps which message words beside the ticket are about', () => {
    const storage = store();
    const beside = kept('to the supplier', '2026-01-01T11:00:00.000Z');
    const side = { how: 'forward' as const, article_id: 7 };
    const there = { ...beside, kind: 'side' as const, content: { ...beside.content, side } };
    expect(adoptDrafts(1, [there], storage)).toEqual(['side']);
    expect(loadDraft('side', 1, storage)?.side).toEqual({ how: 'forward', articleId: 7 });
    expect(adoptDrafts(1, [], storage)).toEqual(['side']);
    expect(loadDraft('side', 1, storage)).toBeNull();
  });

  it('what was sent there is over here, unless somebody went on typing', () => {
    const storage = store();
    saveDraft('reply', 1, { ...here, synced: true }, storage);
    saveDraft('note', 1, { ...here, synced: false }, storage);
    expect(adoptDrafts(1, [], storage)).toEqual(['reply']);
    expect(loadDraft('reply', 1, storage)).toBeNull();
    expect(loadDraft('note', 1, storage)?.html).toBe('here');
  });
});
