/** The calendar day of an instant where the desk is, `YYYY-MM-DD`. @param at  epoch ms */
export function dayIn(timeZone: string, at: number): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(at);
}
