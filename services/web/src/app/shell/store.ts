import { create } from 'zustand';
import { densityKey, keptLooks, type ListLooks, previewKey } from './list-looks.ts';

export type LiveStatus = 'connecting' | 'live' | 'offline';

export type Density = ListLooks['density'];

const shortcutsKey = 'helpmesh.shortcuts';
const splitKey = 'helpmesh.split';
const stored = (key: string) => (typeof localStorage === 'undefined' ? null : localStorage.getItem(key));

interface Shell extends ListLooks {
  navOpen: boolean;
  helpOpen: boolean;
  /** Single-key shortcuts may be switched off (WCAG 2.1.4). */
  shortcuts: boolean;
  /** Whether lists show the ticket one is at beside them, where the screen has room for both. */
  split: boolean;
  live: LiveStatus;
  /** An administrator wants the page loaded anew. */
  outdated: boolean;
  /** Query string of the list that was last on screen: where "back to the list" leads. */
  lastList: Record<string, string>;
  setNavOpen: (open: boolean) => void;
  setHelpOpen: (open: boolean) => void;
  setShortcuts: (on: boolean) => void;
  setDensity: (density: Density) => void;
  setPreview: (on: boolean) => void;
  setSplit: (on: boolean) => void;
  setLive: (live: LiveStatus) => void;
  setLastList: (search: Record<string, string>) => void;
}

export const useShell = create<Shell>((set) => ({
  navOpen: false,
  helpOpen: false,
  shortcuts: stored(shortcutsKey) !== 'off',
  ...keptLooks(stored),
  split: stored(splitKey) === 'on',
  live: 'connecting',
  outdated: false,
  lastList: {},
  setNavOpen: (navOpen) => set({ navOpen }),
  setHelpOpen: (helpOpen) => set({ helpOpen }),
  setShortcuts: (shortcuts) => {
    localStorage.setItem(shortcutsKey, shortcuts ? 'on' : 'off');
    set({ shortcuts });
  },
  setDensity: (density) => {
    localStorage.setItem(densityKey, density);
    set({ density });
  },
  setPreview: (preview) => {
    localStorage.setItem(previewKey, preview ? 'on' : 'off');
    set({ preview });
  },
  setSplit: (split) => {
    localStorage.setItem(splitKey, split ? 'on' : 'off');
    set({ split });
  },
  setLive: (live) => set({ live }),
  setLastList: (lastList) => set({ lastList }),
}));
