/** A conversation with somebody beside the ticket, which its customer never sees; named by the id of its first article. */
export type SideThreadId = number;

export interface SideThread {
  /** Its latest mail. */
  latest: { messageId: string | null; references: string | null };
  /** Line with the addresses of whoever answered last, else of whom the first mail went to. */
  with: string | null;
}

/** The side thread that an article belongs to, as its preferences say; null: to none. */
export function sideThreadOf(preferences: Record<string, unknown>): SideThreadId | null {
  const { side_thread: id } = preferences;
  return typeof id === 'number' ? id : null;
}
