import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressesIn, formatAddress, parseAddresses } from './addresses.ts';
import { fillSignature, messageIdsIn, outgoingSubject, referencesChain } from './outgoing.ts';
import { type Candidate, candidatesOf, placeMail, type SenderRole, trustedReplyTo } from './threading.ts';

const role = (over: Partial<SenderRole> = {}): SenderRole => ({
  customer: false,
  participant: false,
  besides: false,
  agentOfGroup: false,
  disowned: false,
  ofTheDesk: false,
  machine: false,
  ...over,
});
const roles = fc.record({
  customer: fc.boolean(),
  participant: fc.boolean(),
  besides: fc.boolean(),
  agentOfGroup: fc.boolean(),
  disowned: fc.boolean(),
  ofTheDesk: fc.boolean(),
  machine: fc.boolean(),
});
const candidates = fc.uniqueArray(
  fc.record({
    ticketId: fc.integer({ min: 1, max: 20 }),
    evidence: fc.constantFrom<Candidate['evidence']>('signed-id', 'known-message', 'subject-hook'),
  }),
  { selector: ({ ticketId }) => ticketId },
);

describe('placing a mail', () => {
  it('never attaches it for a stranger, nor where no follow-up is taken, nor to a ticket that is gone', () => {
    fc.assert(
      fc.property(
        candidates,
        fc.array(fc.option(roles, { nil: undefined }), { minLength: 21, maxLength: 21 }),
        fc.array(fc.boolean(), { minLength: 21, maxLength: 21 }),
        (found, known, open) => {
          const placed = placeMail(
            found,
            (id) => known[id],
            (id) => open[id] === true,
          );
          if (placed.do !== 'attach') return;
          const sender = known[placed.ticketId];
          const proven = placed.evidence === 'signed-id';
          const has = sender && (sender.customer || sender.participant || sender.besides || sender.agentOfGroup);
          expect(has || (sender?.machine && proven)).toBe(true);
          expect(proven || !sender?.ofTheDesk).toBe(true);
          expect(sender?.disowned).toBe(false);
          const report = sender?.machine === true && proven;
          expect(sender?.agentOfGroup || sender?.besides || report || open[placed.ticketId]).toBe(true);
          expect(found).toContainEqual({ ticketId: placed.ticketId, evidence: placed.evidence });
        },
      ),
    );
  });

  it('takes the strongest evidence that holds', () => {
    const found = candidatesOf({ signedTicketIds: [3, 3], knownMessageTicketIds: [2, 3], hookTicketIds: [1, 2] });
    expect(found).toEqual([
      { ticketId: 3, evidence: 'signed-id' },
      { ticketId: 2, evidence: 'known-message' },
      { ticketId: 1, evidence: 'subject-hook' },
    ]);
    const customerOf =
      (...ids: number[]) =>
      (id: number) =>
        role({ customer: ids.includes(id) });
    expect(placeMail(found, customerOf(1, 2, 3), () => true)).toMatchObject({ do: 'attach', ticketId: 3 });
    expect(placeMail(found, customerOf(1), () => true)).toMatchObject({ ticketId: 1, evidence: 'subject-hook' });
    expect(placeMail(found, customerOf(), () => true)).toMatchObject({
      do: 'open',
      why: 'sender-is-a-stranger',
      ticketId: 3,
    });
    expect(placeMail(found, customerOf(3), () => false)).toMatchObject({
      do: 'open',
      why: 'ticket-takes-no-follow-up',
    });
    expect(
      placeMail(
        found,
        () => undefined,
        () => true,
      ),
    ).toEqual({ do: 'open', why: 'no-evidence' });
  });

  it.each([
    ['an agent', role({ agentOfGroup: true, ofTheDesk: true })],
    ['an agent who is named on the ticket', role({ participant: true, ofTheDesk: true })],
    ['an address of the desk', role({ ofTheDesk: true, machine: true })],
  ])('takes %s by our signed id alone', (_, sender) => {
    const place = (evidence: Candidate['evidence']) =>
      placeMail(
        [{ ticketId: 1, evidence }],
        () => sender,
        () => true,
      );
    expect(place('signed-id')).toMatchObject({ do: 'attach' });
    for (const evidence of ['known-message', 'subject-hook'] as const) expect(place(evidence).do).toBe('open');
  });

  it.each(['signed-id', 'known-message', 'subject-hook'] as const)(
    'takes no answer by %s in a name whose domain disowns the mail',
    (evidence) => {
      const placed = (disowned: boolean) =>
        placeMail(
          [{ ticketId: 1, evidence }],
          () => role({ customer: true, disowned }),
          () => true,
        );
      expect(placed(false)).toMatchObject({ do: 'attach' });
      expect(placed(true)).toEqual({ do: 'open', why: 'sender-is-not-proven', ticketId: 1, evidence });
    },
  );

  it.each([
    ['mallory@example.com', false, null],
    ['mallory@example.com', true, { address: 'mallory@example.com' }],
    ['A@x.org', false, { address: 'A@x.org' }],
  ])('answers to Reply-To %s of a@x.org (trusted: %s) go to %j', (address, trusted, expected) => {
    expect(trustedReplyTo({ address }, { address: 'a@x.org' }, trusted)).toEqual(expected);
    expect(trustedReplyTo(null, { address: 'a@x.org' }, trusted)).toBeNull();
  });
});

describe('addresses', () => {
  it('survive being written and read again', () => {
    const name = fc.string({ maxLength: 30 }).map((text) => text.replaceAll(/[<>\p{Cc}]/gu, '').trim());
    const one = fc.record({
      name,
      address: fc.emailAddress({ size: 'small' }).filter((text) => !/[;,()"]/.test(text)),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 4 }), (list) => {
        const read = parseAddresses(list.map(formatAddress).join(', '));
        expect(read.map(({ address }) => address)).toEqual(list.map(({ address }) => address.toLowerCase()));
      }),
    );
  });

  it.each([
    [
      'Nicole Braun <a@x.org>, "Doe, John" <B@x.org>; c@x.org',
      ['Nicole Braun', 'Doe, John', ''],
      ['a@x.org', 'b@x.org', 'c@x.org'],
    ],
    ['"evil@y.org" <a@x.org>', ['evil@y.org'], ['a@x.org']],
    ['no address here', [], []],
    [null, [], []],
  ])('are read from %j', (text, names, addresses) => {
    const read = parseAddresses(text);
    expect(read.map(({ name }) => name)).toEqual(names);
    expect(read.map(({ address }) => address)).toEqual(addresses);
  });

  it.each([
    ['a word that never ends', 'a'.repeat(100_000)],
    ['quotes that are never closed', '"\\'.repeat(25_000)],
    ['many quotes', 'a"'.repeat(50_001)],
  ])('are looked for at once in %s', (_, text) => {
    const started = process.cpuUsage();
    expect(addressesIn(text)).toEqual([]);
    expect(parseAddresses(text)).toEqual([]);
    expect(process.cpuUsage(started).user).toBeLessThan(1_500_000);
  });

  it('are compared whole', () => {
    expect(addressesIn('Ann <joann@x.org>')).not.toContain('ann@x.org');
    expect(addressesIn('A@X.org, a@x.org')).toEqual(['a@x.org']);
  });
});

describe('an outgoing mail', () => {
  it.each([
    ['Printer', false, '[Ticket#10001] Printer'],
    ['Printer', true, '[Ticket#10001] RE: Printer'],
    ['RE: AW: [Ticket#10001] Printer', true, '[Ticket#10001] RE: Printer'],
    ['Re[2]: Printer', true, '[Ticket#10001] RE: Printer'],
    ['Return of goods', true, '[Ticket#10001] RE: Return of goods'],
  ])('of subject %j (answers: %s) is called %j', (subject, answers, expected) => {
    expect(outgoingSubject(subject, '10001', answers)).toBe(expected);
  });

  it.each([
    ['Printer', '[Ticket#10001] FWD: Printer'],
    ['RE: [Ticket#10001] WG: Printer', '[Ticket#10001] FWD: Printer'],
    ['Fwd: Re: Printer', '[Ticket#10001] FWD: Printer'],
  ])('that passes on %j is called %j', (subject, expected) => {
    expect(outgoingSubject(subject, '10001', false, true)).toBe(expected);
  });

  it('keeps the head and the tail of a long chain, each id once', () => {
    const long = Array.from({ length: 50 }, (_, i) => `<${i}@x>`);
    const chain = referencesChain(long, '<49@x>');
    expect(chain).toHaveLength(20);
    expect(chain[0]).toBe('<0@x>');
    expect(chain.at(-1)).toBe('<49@x>');
    expect(referencesChain([], null)).toEqual([]);
    expect(messageIdsIn('<a@x> junk <b@x>\n <a@x>')).toEqual(['<a@x>', '<b@x>']);
  });

  it('has a signature whose values are never templates', () => {
    expect(fillSignature('{{ a }} {{b}} {{c.d}} #{b} #{ a }', { a: '{{b}}', b: 'B' })).toBe('{{b}} B  B {{b}}');
    expect(fillSignature('#{b}} {{b} {b}', { b: 'B' })).toBe('B} {{b} {b}');
  });
});
