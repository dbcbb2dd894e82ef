/**
 * A ticket number of the generator "Increment": the system id, then the counter padded so that both have at least
 * five digits. 10001 is the first one of system 1; after 19999 comes 110000, so numbers never meet.
 */
export function ticketNumber(systemId: number, counter: number): string {
  const prefix = String(systemId);
  return prefix + String(counter).padStart(Math.max(0, 5 - prefix.length), '0');
}
