import { describe, expect, it } from 'vitest';
import { messages, questions } from './catalogue.ts';
import { durablesOf } from './durables.ts';
import { permissionsOf } from './permissions.ts';
import { serviceNames } from './services.ts';
import { streams } from './streams.ts';
import { ownerOf } from './subjects.ts';

/** The broker's own rule: `*` is one token, `>` is one or more. */
function covers(pattern: string, subject: string): boolean {
  const [want, have] = [pattern.split('.'), subject.split('.')];
  for (const [i, token] of want.entries()) {
    if (token === '>') return have.length > i;
    if (token !== '*' && token !== have[i]) return false;
  }
  return want.length === have.length;
}

function mayPublish(service: (typeof serviceNames)[number], subject: string): boolean {
  const { allow, deny } = permissionsOf(service).publish;
  return allow.some((pattern) => covers(pattern, subject)) && !deny.some((pattern) => covers(pattern, subject));
}

const publishers = (subject: string) => serviceNames.filter((service) => mayPublish(service, subject));
const listeners = (subject: string) =>
  serviceNames.filter((service) => permissionsOf(service).subscribe.allow.some((pattern) => covers(pattern, subject)));

describe('S32: permissions on the broker', () => {
  it.each(messages.filter(({ kind }) => kind === 'event'))('$type is published by its owner alone', ({ type }) => {
    const prefix = `${type.slice(0, type.lastIndexOf('.'))}.>`;
    const owner = streams.find(({ subjects }) => subjects.some((subject) => subject === prefix))?.owner;
    expect(publishers(type)).toEqual([owner]);
  });

  it.each(messages.filter(({ kind }) => kind === 'command'))('$type is published by its senders alone', (message) => {
    if (message.kind !== 'command') throw new Error('filtered above');
    expect(message.senders.length).toBeGreaterThan(0);
    expect([...publishers(message.type)].sort()).toEqual([...message.senders].sort());
  });

  it.each(questions)('$subject is asked by its callers and answered by its owner alone', ({ subject, callers }) => {
    expect([...publishers(subject)].sort()).toEqual([...callers].sort());
    expect(listeners(subject)).toEqual([subject.split('.')[1]]);
  });

  it.each(serviceNames)('nobody but %s reads its inbox, and those alone publish into it whom it may ask', (service) => {
    expect(listeners(`_INBOX.${service}.abc`)).toEqual([service]);
    const asked = questions.filter(({ callers }) => callers.includes(service)).map(({ subject }) => ownerOf(subject));
    expect([...publishers(`_INBOX.${service}.abc`)].sort()).toEqual([...new Set(asked)].sort());
  });

  it.each(streams)('only the owner makes and changes $name, and nobody deletes or purges it', ({ name, owner }) => {
    for (const verb of ['CREATE', 'UPDATE']) expect(publishers(`$JS.API.STREAM.${verb}.${name}`)).toEqual([owner]);
    for (const verb of ['DELETE', 'PURGE', 'SNAPSHOT', 'RESTORE']) {
      expect(publishers(`$JS.API.STREAM.${verb}.${name}`)).toEqual([]);
    }
    // Of people who are erased.
    for (const verb of ['MSG.DELETE', 'MSG.GET']) {
      expect(publishers(`$JS.API.STREAM.${verb}.${name}`)).toEqual([owner]);
      expect(publishers(`$JS.API.STREAM.${verb}.DLQ`)).toEqual(['identity']);
    }
    expect(publishers(`$JS.API.DIRECT.GET.${name}`)).toEqual([]);
  });

  it.each(serviceNames.flatMap((service) => durablesOf(service).map((durable) => ({ service, ...durable }))))(
    'the place of $name in $stream is moved by $service alone',
    ({ service, name, stream, filter }) => {
      for (const subject of [
        `$JS.API.CONSUMER.CREATE.${stream}.${name}.${filter}`,
        `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`,
        `$JS.API.CONSUMER.DELETE.${stream}.${name}`,
        `$JS.ACK.${stream}.${name}.1.1.1.1.0`,
        `dlq.${name}`,
      ]) {
        expect(publishers(subject), subject).toEqual([service]);
      }
      // Without a name in the subject the broker cannot tell whose it is.
      expect(publishers(`$JS.API.CONSUMER.CREATE.${stream}`)).toEqual([]);
      expect(publishers(`$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${name}`)).toEqual([]);
    },
  );

  it('lets the gateway read the ticket stream with consumers of its own', () => {
    for (const action of ['INFO', 'MSG.NEXT', 'DELETE']) {
      expect(publishers(`$JS.API.CONSUMER.${action}.EVT_TICKET.oc_x_1`)).toEqual(['gateway']);
    }
    expect(publishers('$JS.API.CONSUMER.CREATE.EVT_TICKET.oc_x_1.ticket.v1.>')).toEqual(['gateway']);
    expect(publishers('$JS.API.CONSUMER.CREATE.EVT_IDENTITY.oc_x_1.access.v1.>')).toEqual([]);
  });

  it('lets gateways alone tell each other who is on a ticket', () => {
    expect(publishers('presence.v1.said')).toEqual(['gateway']);
    expect(listeners('presence.v1.said')).toEqual(['gateway']);
    expect(streams.some(({ subjects }) => subjects.some((subject) => covers(subject, 'presence.v1.said')))).toBe(false);
  });

  it('knows no permission that covers everything', () => {
    for (const service of serviceNames) {
      const { publish, subscribe } = permissionsOf(service);
      for (const pattern of [...publish.allow, ...subscribe.allow]) expect(pattern).toMatch(/^[\w$-]+\.[\w-]+/);
    }
  });
});
