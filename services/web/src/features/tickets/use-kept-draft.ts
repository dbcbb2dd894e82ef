import { useEffect, useRef, useState } from 'react';
import { type Draft, loadDraft, removeDraft, saveDraft } from './draft.ts';
import { DraftSync } from './draft-sync.ts';

/**
 * Keeps what somebody types, in the browser at once and on the server a little later, until it is sent or discarded.
 * @param draft  another object only when it says something else; null: there is nothing worth keeping yet
 * @returns what says that it is over: sent, or discarded
 */
export function useKeptDraft(kind: 'reply' | 'note' | 'side', ticketId: number, draft: Draft | null): () => void {
  const latest = useRef(draft);
  latest.current = draft;
  const over = useRef(false);
  const [sync] = useState(() => {
    const held = loadDraft(kind, ticketId);
    // What the server has is marked as such, unless somebody went on typing.
    const onKept = (kept: Draft) => {
      if (latest.current?.html === kept.html) saveDraft(kind, ticketId, { ...kept, savedAt: Date.now(), synced: true });
    };
    return new DraftSync(ticketId, kind, held?.synced ? held : null, onKept);
  });
  useEffect(() => {
    if (over.current || !draft) return;
    sync.changed(draft);
    const timer = setTimeout(() => {
      const held = loadDraft(kind, ticketId);
      const same = held?.synced === true && held.html === draft.html && held.files.length === draft.files.length;
      if (!same) saveDraft(kind, ticketId, { ...draft, savedAt: Date.now(), synced: false });
    }, 300);
    return () => clearTimeout(timer);
  }, [draft, kind, ticketId, sync]);
  // Leaving within those 300 ms must not cost a word.
  useEffect(
    () => () => {
      if (over.current || !latest.current) return;
      const held = loadDraft(kind, ticketId);
      if (held?.html !== latest.current.html) {
        saveDraft(kind, ticketId, { ...latest.current, savedAt: Date.now(), synced: false });
      }
      void sync.flush();
    },
    [kind, ticketId, sync],
  );
  return () => {
    over.current = true;
    removeDraft(kind, ticketId);
    void sync.end();
  };
}
