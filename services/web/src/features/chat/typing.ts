import { create } from 'zustand';

/** Who was said to write is taken to have stopped after this time, ms. */
const SHOWN_MS = 5_000;

/** Chats whose visitor is writing, with when that was said. */
export const useTyping = create<{ at: Readonly<Record<number, number>> }>(() => ({ at: {} }));

const timers = new Map<number, ReturnType<typeof setTimeout>>();

/** @param text  what the live stream said: `{"id":5}` */
export function hearTyping(text: string): void {
  const { id } = JSON.parse(text) as { id: number };
  clearTimeout(timers.get(id));
  timers.set(
    id,
    setTimeout(() => stopTyping(id), SHOWN_MS),
  );
  useTyping.setState(({ at }) => ({ at: { ...at, [id]: Date.now() } }));
}

export function stopTyping(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  useTyping.setState(({ at: { [id]: _, ...rest } }) => ({ at: rest }));
}
