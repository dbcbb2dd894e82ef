/** What somebody typed but did not send yet. Kept in the browser at once, and on the server a little later. */
export interface Draft {
  html: string;
  to: string;
  cc: string;
  bcc: string;
  subject: string;
  formId: string;
  files: DraftFile[];
  /** Of words to somebody beside the ticket: the message that is passed on, or answered. */
  side?: { how: 'forward' | 'answer'; articleId: number };
  /** When it was kept here, epoch ms. */
  savedAt?: number;
  /** The server has just this. */
  synced?: boolean;
}

/** A file that is in the upload cache of the server already. */
export interface DraftFile {
  id: number | string;
  filename: string;
  size: number;
}

export type DraftKind = 'reply' | 'note' | 'side' | 'new-ticket';

const keyOf = (kind: DraftKind, ticketId: number) => `helpmesh.draft.${kind}.${ticketId}`;

const isDraft = (value: unknown): value is Draft =>
  typeof value === 'object' &&
  value !== null &&
  ['html', 'to', 'cc', 'subject', 'formId'].every((field) => typeof (value as never)[field] === 'string') &&
  Array.isArray((value as Draft).files);

/** An editor without text is no draft: `<p></p>` is what it leaves behind. */
export const isBlank = (html: string): boolean =>
  html
    .replace(/<[^>]*>/g, '')
    .replace(/&nbsp;/g, ' ')
    .trim() === '';

export function loadDraft(
  kind: DraftKind,
  ticketId: number,
  storage: Pick<Storage, 'getItem'> = localStorage,
): Draft | null {
  try {
    const value: unknown = JSON.parse(storage.getItem(keyOf(kind, ticketId)) ?? 'null');
    // One that was begun before there were hidden recipients has none.
    return isDraft(value) ? { ...value, bcc: value.bcc ?? '' } : null;
  } catch {
    return null;
  }
}

/** An empty draft is removed rather than kept. A full or forbidden storage must not break writing. */
export function saveDraft(
  kind: DraftKind,
  ticketId: number,
  draft: Draft,
  storage: Pick<Storage, 'setItem' | 'removeItem'> = localStorage,
): void {
  const key = keyOf(kind, ticketId);
  try {
    if (isBlank(draft.html) && draft.files.length === 0) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify(draft));
  } catch {
    // Nowhere to keep it; the text is still on the screen.
  }
}

export const removeDraft = (
  kind: DraftKind,
  ticketId: number,
  storage: Pick<Storage, 'removeItem'> = localStorage,
): void => storage.removeItem(keyOf(kind, ticketId));

/** As the server keeps it. */
export interface KeptDraft {
  kind: 'reply' | 'note' | 'side';
  content: Omit<Draft, 'formId' | 'bcc' | 'side' | 'savedAt' | 'synced'> & {
    bcc?: string | undefined;
    form_id: string;
    side?: { how: 'forward' | 'answer'; article_id: number } | undefined;
  };
  updated_at: string;
}

/**
 * Brings the browser up to what was typed, sent or discarded elsewhere: the newer text counts, and what the server had
 * and has no more is over.
 * @returns the kinds that changed here
 */
export function adoptDrafts(
  ticketId: number,
  kept: readonly KeptDraft[],
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> = localStorage,
): DraftKind[] {
  return (['reply', 'note', 'side'] as const).filter((kind) => {
    const here = loadDraft(kind, ticketId, storage);
    const there = kept.find((one) => one.kind === kind);
    if (!there) {
      if (here?.synced) removeDraft(kind, ticketId, storage);
      return here?.synced === true;
    }
    const savedAt = Date.parse(there.updated_at);
    if (here && (here.savedAt ?? 0) >= savedAt) return false;
    const { form_id: formId, side, bcc = '', ...content } = there.content;
    const beside = side && { side: { how: side.how, articleId: side.article_id } };
    saveDraft(kind, ticketId, { ...content, ...beside, bcc, formId, savedAt, synced: true }, storage);
    return true;
  });
}

/** Names the files of one form. `crypto.randomUUID` is not there on a desk that is served over plain http. */
export const newFormId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
