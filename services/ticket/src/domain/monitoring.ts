/** What a monitoring says of a host, or of a service on it. */
export interface MonitoringEvent {
  eventId: string;
  host: string;
  /** Empty: the host itself. */
  service: string;
  state: string;
  text: string;
}

/** Whether it works again, in the words of Checkmk, Nagios and Icinga. */
export const isRecovery = (state: string): boolean => /\b(?:OK|UP|RECOVERY)\b/i.test(state);

export function titleOf({ host, service, state }: Pick<MonitoringEvent, 'host' | 'service' | 'state'>): string {
  return `${service === '' ? host : `${host}: ${service}`} is ${state}`.slice(0, 250);
}

/** @param from  whoever sent it, as far as that can be seen */
export function bodyOf({ eventId, host, service, state, text }: MonitoringEvent, from: string | undefined): string {
  const lines: [string, string | undefined][] = [
    ['EventID', eventId],
    ['Host', host],
    ['Service', service],
    ['State', state],
    ['Text', text],
    ['Remote-IP', from],
  ];
  return lines.flatMap(([name, value]) => (value ? [`${name}: ${value}`] : [])).join('\n');
}
