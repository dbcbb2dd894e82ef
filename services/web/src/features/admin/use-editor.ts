import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { notifyDone } from '../../ui/notify.tsx';
import { changedFields, changesBetween, type Field, rebased } from './edit.ts';
import { readAnew } from './queries.ts';

interface Options<V, R> {
  /** What the form begins with: what is stored, or what a new one starts as. */
  stored: V;
  /** What is stored now; absent for something new. */
  read?: () => Promise<V>;
  /** Everything of something new, else only what was changed. @returns the record as stored */
  write: (values: V, changes: Partial<V>) => Promise<R>;
  onSaved?: (record: R) => void;
  /** Said when it is saved. */
  done: string;
  /** Lists that are read anew. */
  changes: string[];
}

export interface Editor<V> {
  values: V;
  set: (part: Partial<V>) => void;
  dirty: boolean;
  /** True until it is saved or discarded; asked by whoever leads away from the form. */
  isDirty: () => boolean;
  saving: boolean;
  error: unknown;
  /** Somebody else stored other values since the form was opened; null: nobody did. */
  conflict: { stored: V; fields: Field<V>[] } | null;
  save: () => void;
  discard: () => void;
  /** Goes on with one's own changes on top of what is stored, or with what is stored alone. */
  settle: (keep: 'mine' | 'stored') => void;
}

/** What a form begins with, of a record: the same values as long as it is the same record. @param valuesOf  the same always */
export function useStored<R, V>(record: R, valuesOf: (record: R) => V): V {
  return useMemo(() => valuesOf(record), [record, valuesOf]);
}

/**
 * A form over one record. Before saving it looks whether somebody else was there; what is written are the changes alone,
 * so that a field that only the other one touched keeps their value in any case.
 */
export function useEditor<V extends object, R = unknown>(options: Options<V, R>): Editor<V> {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [base, setBase] = useState(options.stored);
  const [values, setValues] = useState(options.stored);
  const [conflict, setConflict] = useState<Editor<V>['conflict']>(null);
  const dirty = changedFields(base, values).length > 0;
  // Read by the guard of the router, which may ask before the next render.
  const open = useRef(dirty);
  open.current = dirty;

  const restart = (stored: V) => {
    setBase(stored);
    setValues(stored);
    setConflict(null);
  };
  const { stored } = options;
  const shown = useRef(stored);
  useEffect(() => {
    // A newer version of what nobody is editing takes its place; what is being edited is never taken away.
    if (shown.current === stored || open.current) return;
    shown.current = stored;
    setBase(stored);
    setValues(stored);
  }, [stored]);

  const save = useMutation({
    mutationFn: async () => {
      const now = await options.read?.();
      const fields = now ? changedFields(base, now) : [];
      if (now && fields.length > 0) return { conflict: { stored: now, fields } };
      const record = await options.write(values, changesBetween(base, values));
      // The server has a way of its own to write some values: an address in lower case, a name without spaces.
      return { record, stored: (await options.read?.()) ?? values };
    },
    onSuccess: async (outcome) => {
      if ('conflict' in outcome) return setConflict(outcome.conflict);
      open.current = false;
      restart(outcome.stored);
      notifyDone(options.done);
      options.onSaved?.(outcome.record);
      await readAnew(cache, options.changes);
    },
  });
  return {
    values,
    set: (part) => setValues((current) => ({ ...current, ...part })),
    dirty,
    isDirty: () => open.current,
    saving: save.isPending,
    error: save.error,
    conflict,
    save: () => save.mutate(),
    discard: () => {
      save.reset();
      restart(base);
    },
    settle: (keep) => {
      if (!conflict) return;
      if (keep === 'stored') {
        restart(conflict.stored);
        notifyDone(t`The form shows what is stored now.`);
        return;
      }
      setValues(rebased(base, values, conflict.stored));
      setBase(conflict.stored);
      setConflict(null);
    },
  };
}
