import { z } from 'zod';
import { messages } from '../src/catalogue.ts';
import { envelopeSchema, type MessageDefinition } from '../src/define.ts';
import { streams } from '../src/streams.ts';

/** Generated files by path from the root of the repository. */
export type GeneratedFiles = Map<string, string>;

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

function dataSchema(message: MessageDefinition): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(message.data, { io: 'output', unrepresentable: 'any' });
  return schema;
}

function streamOf(message: MessageDefinition): (typeof streams)[number] {
  const stream = streams.find(({ subjects }) =>
    subjects.some((subject) => message.type.startsWith(subject.slice(0, -'>'.length))),
  );
  if (!stream) throw new Error(`no stream carries ${message.type}`);
  return stream;
}

/** `ticket.v1.created` becomes `TicketV1Created`, a name AsyncAPI allows as a component key. */
function componentName(type: string): string {
  return type
    .split(/[.-]/)
    .map((word) => (word[0] ?? '').toUpperCase() + word.slice(1))
    .join('');
}

/** AsyncAPI 3.0: one channel a subject, sent by the owner of events and received by the owner of commands. */
function asyncApi(): unknown {
  const { $schema: _, ...envelope } = z.toJSONSchema(envelopeSchema);
  const entries = messages.map((message) => ({
    message,
    stream: streamOf(message),
    name: componentName(message.type),
  }));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Helpmesh events and commands',
      version: '1.0.0',
      license: { name: 'Apache-2.0' },
      description:
        'What travels over NATS JetStream. Delivery is at least once; consumers drop repetitions by the envelope id. ' +
        'Inside a version only optional fields are added.',
    },
    defaultContentType: 'application/json',
    servers: { nats: { host: 'nats:4222', protocol: 'nats' } },
    channels: Object.fromEntries(
      entries.map(({ message, stream, name }) => [
        name,
        {
          address: message.type,
          description: `Stream ${stream.name}, owned by the ${stream.owner} service.`,
          messages: { [name]: { $ref: `#/components/messages/${name}` } },
        },
      ]),
    ),
    operations: Object.fromEntries(
      entries.map(({ message, stream, name }) => [
        `${message.kind === 'event' ? 'publish' : 'handle'}${name}`,
        {
          action: message.kind === 'event' ? 'send' : 'receive',
          channel: { $ref: `#/channels/${name}` },
          summary: message.kind === 'event' ? `Recorded by ${stream.owner}.` : `Carried out by ${stream.owner}, once.`,
        },
      ]),
    ),
    components: {
      schemas: { Envelope: envelope },
      messages: Object.fromEntries(
        entries.map(({ message, name }) => [
          name,
          {
            name: message.type,
            payload: {
              allOf: [
                { $ref: '#/components/schemas/Envelope' },
                { type: 'object', properties: { type: { const: message.type }, data: dataSchema(message) } },
              ],
            },
          },
        ]),
      ),
    },
  };
}

/** JSON Schemas of every message, so that a change of a contract is a readable diff, and the AsyncAPI document. */
export function generateContracts(): GeneratedFiles {
  const files: GeneratedFiles = new Map();
  for (const message of messages) {
    files.set(
      `libs/contracts/schemas/${message.type}.json`,
      json({ $schema: 'https://json-schema.org/draft/2020-12/schema', title: message.type, ...dataSchema(message) }),
    );
  }
  files.set('docs/api/asyncapi.json', json(asyncApi()));
  return files;
}
