import { create } from 'zustand';

/** Whose images are loaded without asking, in this browser; the latest first. */
const storageKey = 'helpmesh.images-of';
const keep = 500;

function load(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]');
    if (Array.isArray(stored)) return stored.filter((one) => typeof one === 'string');
  } catch {
    // Written by something else: start over.
  }
  return [];
}

interface ImageSenders {
  /** Addresses in small letters. */
  senders: readonly string[];
  allow: (sender: string) => void;
}

/** Loading an image tells its sender that a mail is read: who may know is remembered, and of proven senders only. */
export const useImageSenders = create<ImageSenders>((set, get) => ({
  senders: load(),
  allow: (sender) => {
    const one = sender.toLowerCase();
    const senders = [one, ...get().senders.filter((known) => known !== one)].slice(0, keep);
    localStorage.setItem(storageKey, JSON.stringify(senders));
    set({ senders });
  },
}));
