import { create } from 'zustand';

export type LiveStatus = 'connecting' | 'live' | 'offline';

const shortcutsKey = 'helpmesh.shortcuts';

interface Shell {
  navOpen: boolean;
  helpOpen: boolean;
  /** Single-key shortcuts may be switched off (WCAG 2.1.4). */
  shortcuts: boolean;
  live: LiveStatus;
  /** Query string of the list that was last on screen: where "back to the list" leads. */
  lastList: Record<string, string>;
  setNavOpen: (open: boolean) => void;
  setHelpOpen: (open: boolean) => void;
  setShortcuts: (on: boolean) => void;
  setLive: (live: LiveStatus) => void;
  setLastList: (search: Record<string, string>) => void;
}

export const useShell = create<Shell>((set) => ({
  navOpen: false,
  helpOpen: false,
  shortcuts: typeof localStorage === 'undefined' || localStorage.getItem(shortcutsKey) !== 'off',
  live: 'connecting',
  lastList: {},
  setNavOpen: (navOpen) => set({ navOpen }),
  setHelpOpen: (helpOpen) => set({ helpOpen }),
  setShortcuts: (shortcuts) => {
    localStorage.setItem(shortcutsKey, shortcuts ? 'on' : 'off');
    set({ shortcuts });
  },
  setLive: (live) => set({ live }),
  setLastList: (lastList) => set({ lastList }),
}));
