import { create } from 'zustand';

interface Undo {
  /** Takes the last change back; null when there is none. */
  last: (() => void) | null;
  set: (last: (() => void) | null) => void;
}

export const useUndo = create<Undo>((set) => ({ last: null, set: (last) => set({ last }) }));
