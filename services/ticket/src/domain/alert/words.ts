import { type Alert, type AlertMemory, MOST_CHANGES, type NoteReason, QUIET_MS, STILL_MS } from './alert.ts';

const HOUR_MS = 3_600_000;

export function alertTitle({ dedupKey, service, site, probe, status }: Alert): string {
  const what = [probe, service].filter((one) => one).join(' of ') || dedupKey;
  return `${what}${site ? ` at ${site}` : ''} is ${status}`.slice(0, 250).toWellFormed();
}

/** What is said of it, a line each. */
export function alertBody({ dedupKey, service, site, probe, status, since, url, text }: Alert): string {
  const lines: [string, string | null][] = [
    ['Status', status],
    ['Service', service],
    ['Site', site],
    ['Probe', probe],
    ['Since', since],
    ['Link', url],
    ['Key', dedupKey],
  ];
  const facts = lines.flatMap(([name, value]) => (value ? [`${name}: ${value}`] : [])).join('\n');
  return text ? `${facts}\n\n${text}` : facts;
}

/** @param unsaid  words that nobody has read of, before this one */
export function noteWords(why: NoteReason, alert: Alert, { status }: AlertMemory, unsaid: number): string {
  const said = `${unsaid} more ${unsaid === 1 ? 'word' : 'words'} of it`;
  if (why === 'quiet') {
    return `It has not changed for ${QUIET_MS / 60_000} minutes: the status is ${status}. ${said} came meanwhile.`;
  }
  if (why === 'still') {
    return `Still so; ${said} came in the last ${STILL_MS / HOUR_MS} hours.\n\n${alertBody(alert)}`;
  }
  const body = alertBody(alert);
  if (why === 'changed') return body;
  return (
    `It has changed more than ${MOST_CHANGES} times in an hour. From now on changes are counted and not noted, until there ` +
    `was none for ${QUIET_MS / 60_000} minutes.\n\n${body}`
  );
}
