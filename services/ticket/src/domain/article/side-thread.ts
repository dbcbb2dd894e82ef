/** A conversation with somebody beside the ticket, which its customer never sees; named by the id of its first article. */
export type SideThreadId = number;

/** The side thread that an article belongs to, as its preferences say; null: to none. */
export function sideThreadOf(preferences: Record<string, unknown>): SideThreadId | null {
  const { side_thread: id } = preferences;
  return typeof id === 'number' ? id : null;
}
