/**
 * Whether it is the name of a time zone that every part of the desk can reckon with. Temporal also takes an instant for
 * the zone that stands in it, and Intl, which writes times, does not.
 */
export function isZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }) !== undefined;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
