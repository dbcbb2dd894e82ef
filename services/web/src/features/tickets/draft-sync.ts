import { call } from '../../app/api.ts';
import { type Draft, isBlank } from './draft.ts';

type Kind = 'reply' | 'note' | 'side';

/** How the server is told, so that tests need none. */
export interface DraftServer {
  keep: (ticketId: number, kind: Kind, draft: Draft) => Promise<unknown>;
  forget: (ticketId: number, kind: Kind) => Promise<unknown>;
}

const server: DraftServer = {
  keep: (id, kind, { html, to, cc, bcc, subject, formId: form_id, files, side }) => {
    const kept = files.flatMap(({ id: file, filename, size }) =>
      typeof file === 'number' ? [{ id: file, filename, size }] : [],
    );
    const beside = side && { side: { how: side.how, article_id: side.articleId } };
    return call('keepDraft', {
      params: { id, kind },
      body: { html, to, cc, bcc, subject, form_id, files: kept, ...beside },
    });
  },
  forget: (id, kind) => call('deleteDraft', { params: { id, kind } }),
};

/** Keystrokes are kept in the browser at once, and on the server after this pause, ms. */
export const SYNC_PAUSE_MS = 2_000;

/**
 * Keeps one draft on the server as well. What is told last is what holds: words go out one after the other, so that a
 * slow one cannot bring a draft back that was sent or discarded in the meantime.
 */
export class DraftSync {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private waiting: Draft | undefined;
  private line: Promise<unknown> = Promise.resolve();
  private known: string;
  private over = false;

  /** @param held  what the server has already */
  constructor(
    private readonly ticketId: number,
    private readonly kind: Kind,
    held: Draft | null,
    private readonly onKept: (draft: Draft) => void = () => undefined,
    private readonly to: DraftServer = server,
  ) {
    this.known = held ? textOf(held) : '';
  }

  /** Somebody typed. */
  changed(draft: Draft): void {
    if (this.over) return;
    this.waiting = draft;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), SYNC_PAUSE_MS);
  }

  /** Says now what waits: the composer is being left. */
  flush(): Promise<unknown> {
    clearTimeout(this.timer);
    const draft = this.waiting;
    this.waiting = undefined;
    if (!draft || this.over || textOf(draft) === this.known) return this.line;
    this.known = textOf(draft);
    const empty = this.known === '';
    return this.say(async () => {
      if (empty) return this.to.forget(this.ticketId, this.kind);
      await this.to.keep(this.ticketId, this.kind, draft);
      if (!this.over && this.known === textOf(draft)) this.onKept(draft);
    });
  }

  /** It was sent or discarded. */
  end(): Promise<unknown> {
    clearTimeout(this.timer);
    this.over = true;
    if (this.known === '') return this.line;
    return this.say(() => this.to.forget(this.ticketId, this.kind));
  }

  /** A word that did not arrive is no reason to disturb who writes: the browser has the draft, the next one says it all. */
  private say(word: () => Promise<unknown>): Promise<unknown> {
    this.line = this.line.then(word).catch(() => {
      this.known = '?';
    });
    return this.line;
  }
}

/** What makes a draft another one; an empty one is none. */
function textOf(draft: Draft): string {
  if (isBlank(draft.html) && draft.files.length === 0) return '';
  const { html, to, cc, bcc, subject, formId, files } = draft;
  return JSON.stringify([html, to, cc, bcc, subject, formId, files.map(({ id }) => id)]);
}
