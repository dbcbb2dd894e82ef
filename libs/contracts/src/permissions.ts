import { messages, questions } from './catalogue.ts';
import { allDurables, durablesOf, erases, readersOf } from './durables.ts';
import type { ServiceName } from './services.ts';
import { type StreamName, streams, tailed, watched, whispered } from './streams.ts';
import { DLQ_STREAM, inboxOf, ownerOf, restSubjectOf } from './subjects.ts';

/** What the broker lets a user do. A refusal wins over a permission. */
export interface BrokerPermissions {
  publish: { allow: string[]; deny: string[] };
  subscribe: { allow: string[] };
}

/** The user of the broker that may do anything; the launcher, which starts before this is built, has the name too. */
const OPERATOR = 'operator';

/**
 * The permissions of a service's own user, made from the catalogue: it publishes the events it owns, the commands it
 * is a sender of and the questions it is a caller of; it answers its own questions, consumes with its own durables and
 * listens at its own inbox. It answers at the inboxes of those who may ask it; where exactly is in the question alone.
 */
export function permissionsOf(service: ServiceName): BrokerPermissions {
  const owned = streams.filter(({ owner }) => owner === service);
  const durables = durablesOf(service);
  const tails = tailed[service] ?? [];
  const whispers = whispered[service] ?? [];
  const commands = messages.filter((message) => message.kind === 'command' && message.senders.includes(service));
  const asked = questions.filter(({ callers }) => callers.includes(service));
  const askers = questions.filter(({ subject }) => ownerOf(subject) === service).flatMap(({ callers }) => callers);
  const answers = askers.length > 0;
  // The gateway has no database, so it keeps no dead letters and owns no streams.
  const keepsDeadLetters = service !== 'gateway';

  const published = [
    ...owned.filter(({ kind }) => kind === 'event').flatMap(({ subjects }) => subjects),
    ...whispers,
    ...commands.map(({ type }) => type),
    ...asked.map(({ subject }) => subject),
    ...new Set(asked.map(({ subject }) => restSubjectOf(ownerOf(subject), '*'))),
    ...durables.map(({ name }) => `dlq.${name}`),
    // Answers. The broker could allow one for each question that arrived, but takes events for questions as well: it
    // then remembers each for a minute and, above 4,096, goes through all of them at every further one.
    ...(answers ? [...new Set([...askers, OPERATOR])].map((asker) => `${inboxOf(asker)}.>`) : []),
  ];
  const looksAt = new Set<string>([
    ...owned.map(({ name }) => name),
    ...commands.map(({ type }) => streamOf(type)),
    ...durables.map(({ stream }) => stream),
    ...tails,
    ...(keepsDeadLetters ? [DLQ_STREAM] : []),
  ]);
  const makes = [...owned.map(({ name }) => name), ...(keepsDeadLetters ? [DLQ_STREAM] : [])];
  return {
    publish: {
      allow: [
        ...published,
        ...[...looksAt].map((stream) => `$JS.API.STREAM.INFO.${stream}`),
        ...makes.flatMap((stream) => [`$JS.API.STREAM.CREATE.${stream}`, `$JS.API.STREAM.UPDATE.${stream}`]),
        // Erasing a person: an owner looks for their data in its streams, takes it out, and sees who has not read it.
        ...erases(service).flatMap((stream) => [
          `$JS.API.STREAM.MSG.GET.${stream}`,
          `$JS.API.STREAM.MSG.DELETE.${stream}`,
        ]),
        ...owned.flatMap((stream) =>
          readersOf(stream.name).map((name) => `$JS.API.CONSUMER.INFO.${stream.name}.${name}`),
        ),
        ...durables.flatMap(({ name, stream, filter }) => [
          ...consumerApi(stream, name, filter),
          `$JS.ACK.${stream}.${name}.>`,
        ]),
        // These consumers have names that change with each start.
        ...tails.flatMap((stream) => filtersOf(stream).flatMap((filter) => consumerApi(stream, '*', filter))),
      ],
      // ... which must not open those that others depend on.
      deny: tails.flatMap((stream) =>
        allDurables()
          .filter((durable) => durable.stream === stream)
          .flatMap(({ name, filter }) => consumerApi(stream, name, filter)),
      ),
    },
    subscribe: {
      allow: [
        `${inboxOf(service)}.>`,
        ...(answers ? [`rpc.${service}.>`] : []),
        ...(watched[service] ?? []),
        ...whispers,
      ],
    },
  };
}

/** Making, finding, reading and forgetting one consumer. */
function consumerApi(stream: string, consumer: string, filter: string): string[] {
  return [
    `$JS.API.CONSUMER.CREATE.${stream}.${consumer}.${filter}`,
    `$JS.API.CONSUMER.INFO.${stream}.${consumer}`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
    `$JS.API.CONSUMER.DELETE.${stream}.${consumer}`,
  ];
}

function filtersOf(stream: StreamName): readonly string[] {
  return streams.find(({ name }) => name === stream)?.subjects ?? [];
}

function streamOf(type: string): string {
  const prefix = type.slice(0, type.lastIndexOf('.') + 1);
  const stream = streams.find(({ subjects }) => subjects.some((subject) => subject === `${prefix}>`));
  if (!stream) throw new Error(`no stream is declared for ${type}`);
  return stream.name;
}
