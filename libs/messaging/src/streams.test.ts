import { durableFor, messages, serviceNames, streams } from '@helpmesh/contracts';
import { describe, expect, it } from 'vitest';
import { StreamSet } from './streams.ts';

const set = new StreamSet(streams, { replicas: 1, retentionDays: 14 });

describe('streams', () => {
  it.each(messages.map((message) => message.type))('%s has exactly one stream', (type) => {
    const matching = streams.filter((stream) =>
      stream.subjects.some((subject) => type.startsWith(subject.slice(0, -1))),
    );
    expect(matching.map((stream) => stream.name)).toEqual([set.of(type)]);
  });

  it('an undeclared subject is refused', () => {
    expect(() => set.of('nothing.v1.happened')).toThrow(/no stream is declared/);
    expect(set.find('ticket.v2.created')).toBeUndefined();
  });

  it('a durable is named after service, noun and version, in letters the broker allows', () => {
    for (const message of messages) {
      for (const service of serviceNames) {
        const { durable, filter } = durableFor(service, message);
        expect(durable).toMatch(/^[a-z-]+__[a-z-]+-v\d+$/);
        expect(message.type.startsWith(filter.slice(0, -1))).toBe(true);
      }
    }
  });
});
