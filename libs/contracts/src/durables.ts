import type { MessageDefinition } from './define.ts';
import { type ServiceName, serviceNames } from './services.ts';
import { consumed, type StreamName, streams } from './streams.ts';
import { DLQ_STREAM } from './subjects.ts';

/** Where a service stands in a stream; the broker keeps it. */
export interface Durable {
  name: string;
  stream: StreamName;
  /** Everything of one noun and version. */
  filter: string;
}

/**
 * The durable in which `service` receives messages of this definition, one for each noun and version:
 * `ticket.v1.created` -> `notification__ticket-v1`, filter `ticket.v1.>`; `cmd.ticket.v1.file-mail` ->
 * `ticket__cmd-v1`, filter `cmd.ticket.v1.>`.
 */
export function durableFor(service: string, definition: MessageDefinition): { durable: string; filter: string } {
  const tokens = definition.type.split('.');
  const noun = tokens[0];
  const version = tokens.at(-2);
  return { durable: `${service}__${noun}-${version}`, filter: `${tokens.slice(0, -1).join('.')}.>` };
}

/** All durables of a service, by the catalogue. */
export function durablesOf(service: ServiceName): Durable[] {
  const byName = new Map<string, Durable>();
  for (const definition of consumed[service]) {
    const { durable, filter } = durableFor(service, definition);
    const stream = streams.find(({ subjects }) => subjects.some((subject) => subject === filter));
    if (!stream) throw new Error(`no stream is declared for ${definition.type}`);
    byName.set(durable, { name: durable, stream: stream.name, filter });
  }
  return [...byName.values()];
}

export function allDurables() {
  return serviceNames.flatMap(durablesOf);
}

/** The streams in which a service looks for people who are erased; the one of dead letters is nobody's own. */
export function erases(service: ServiceName): string[] {
  const owned = streams.filter(({ owner }) => owner === service).map(({ name }) => name);
  return service === 'identity' ? [...owned, DLQ_STREAM] : owned;
}

/** The durables of all services that read a stream. */
export function readersOf(stream: string): string[] {
  return allDurables().flatMap((durable) => (durable.stream === stream ? [durable.name] : []));
}
