/** What somebody typed but did not send yet. Kept in the browser, so that a closed tab loses nothing. */
export interface Draft {
  html: string;
  to: string;
  cc: string;
  subject: string;
  formId: string;
  files: DraftFile[];
}

/** A file that is in the upload cache of the server already. */
export interface DraftFile {
  id: number | string;
  filename: string;
  size: number;
}

export type DraftKind = 'reply' | 'note' | 'new-ticket';

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
    return isDraft(value) ? value : null;
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

export const newFormId = (): string => crypto.randomUUID();
