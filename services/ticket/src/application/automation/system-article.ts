import type { ActionPlan } from '../../domain/action/plan.ts';
import { sanitize } from '../../html/sanitize.ts';
import type { NewArticle } from '../writing.ts';

/** A System note: it is nobody's, and counts as nobody's work. */
export function noteArticle(note: ActionPlan['notes'][number], id: number): NewArticle {
  return systemArticle(id, {
    type: 'note',
    subject: note.subject || null,
    body: sanitize(note.body),
    internal: note.internal,
  });
}

export function systemArticle(id: number, over: Partial<NewArticle>): NewArticle {
  return {
    ...{ id, type: 'note', sender: 'System', from: null, to: null, cc: null, bcc: null, subject: null, replyTo: null },
    ...{ messageId: null, inReplyTo: null, references: null, contentType: 'text/html', body: '', internal: false },
    ...{ preferences: {}, originById: null, mail: null, files: [], isAutoResponse: true, outgoing: null },
    ...over,
  };
}
