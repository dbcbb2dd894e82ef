import type { AlertmanagerMessage } from '@helpmesh/contracts';
import type { Alert } from './alert.ts';

type One = AlertmanagerMessage['alerts'][number];

/** What Alertmanager says, an alert each: by what its labels and annotations are usually called. */
export function alertOf({ status, labels, annotations, startsAt, generatorURL, fingerprint }: One): Alert {
  const named = (...names: string[]) => names.map((name) => labels[name]?.trim()).find((value) => value) ?? null;
  const told = (...names: string[]) => names.map((name) => annotations?.[name]?.trim()).find((value) => value) ?? null;
  const text = [told('summary'), told('description', 'message')].filter((one) => one).join('\n') || null;
  return {
    dedupKey: `alertmanager ${fingerprint}`,
    service: cut(named('service', 'job'), 250),
    site: cut(named('site', 'instance'), 250),
    probe: cut(named('alertname'), 250),
    status: status === 'resolved' ? 'OK' : cut((named('severity') ?? 'firing').toUpperCase(), 40),
    since: startsAt ?? null,
    url: cut(told('runbook_url') ?? generatorURL ?? null, 2_000),
    text: cut(text, 10_000),
    downtime: false,
  };
}

function cut<T extends string | null>(value: T, most: number): T {
  return (value === null ? null : value.slice(0, most)) as T;
}
