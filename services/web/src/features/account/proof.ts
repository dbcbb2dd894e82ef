import { create } from 'zustand';
import { ApiError } from '../../app/api.ts';

interface Asking {
  resolve(): void;
  reject(why: Error): void;
}

interface Proof {
  /** Somebody waits for the password; null: nobody does. */
  asking: Asking | null;
  ask(): Promise<void>;
  done(): void;
  cancel(): void;
}

/** The person closed the dialog: nothing happened, nothing needs to be said. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

export const useProof = create<Proof>((set, get) => ({
  asking: null,
  ask: () => new Promise<void>((resolve, reject) => set({ asking: { resolve, reject } })),
  done() {
    get().asking?.resolve();
    set({ asking: null });
  },
  cancel() {
    get().asking?.reject(new Cancelled());
    set({ asking: null });
  },
}));

/**
 * Does what needs a recent proof of the person: when the server asks for one, the password is asked for and the deed
 * is done again.
 * @throws Cancelled; whatever the deed throws
 */
export async function proven<T>(deed: () => Promise<T>): Promise<T> {
  try {
    return await deed();
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'identity.proof-needed') throw error;
    await useProof.getState().ask();
    return deed();
  }
}
