import { useRef, useState } from 'react';
import { ApiError, removeUpload, upload } from '../../app/api.ts';
import type { DraftFile } from './draft.ts';

export interface Upload {
  /** Local key; the server's id is known only when it is done. */
  key: string;
  filename: string;
  size: number;
  /** 0 to 1; `file` is set when it is 1. */
  progress: number;
  file: DraftFile | null;
  error: ApiError | null;
}

export interface Uploads {
  list: Upload[];
  /** Files that are ready to be sent. */
  files: DraftFile[];
  busy: boolean;
  add: (files: Iterable<File>) => void;
  remove: (key: string) => void;
  clear: () => void;
}

/** Uploads each file at once, so that sending does not have to wait for bytes. */
export function useUploads(formId: string, initial: DraftFile[]): Uploads {
  const [list, setList] = useState<Upload[]>(() =>
    initial.map((file) => ({ ...file, key: `kept-${file.id}`, progress: 1, file, error: null })),
  );
  const running = useRef(new Map<string, AbortController>());
  const counter = useRef(0);
  const patch = (key: string, part: Partial<Upload>) =>
    setList((known) => known.map((each) => (each.key === key ? { ...each, ...part } : each)));

  const add = (files: Iterable<File>) => {
    for (const file of files) {
      counter.current += 1;
      const key = `new-${counter.current}`;
      const abort = new AbortController();
      running.current.set(key, abort);
      setList((known) => [
        ...known,
        { key, filename: file.name, size: file.size, progress: 0, file: null, error: null },
      ]);
      upload(formId, file, (progress) => patch(key, { progress }), abort.signal)
        .then(
          ({ id }) => patch(key, { progress: 1, file: { id, filename: file.name, size: file.size } }),
          (error) => patch(key, { error: error instanceof ApiError ? error : new ApiError(0, '') }),
        )
        .finally(() => running.current.delete(key));
    }
  };
  const remove = (key: string) => {
    running.current.get(key)?.abort();
    const known = list.find((each) => each.key === key);
    setList((all) => all.filter((each) => each.key !== key));
    // Left behind in the cache it would be attached; the server empties forgotten caches by itself.
    if (known?.file) void removeUpload(formId, known.file.id).catch(() => undefined);
  };
  return {
    list,
    files: list.flatMap((each) => each.file ?? []),
    busy: list.some((each) => !each.file && !each.error),
    add,
    remove,
    clear: () => setList([]),
  };
}
