import { describe, expect, it } from 'vitest';
import { isOfTenant, objectIdsIn, type RtTicket, readTicketSql, rtSearchAnswer } from './rt-rest.ts';

const ticket = (id: number, more: Partial<RtTicket> = {}): RtTicket => ({
  ...{ id, title: 'Disk full on node 7', group: 'storage', state: 'open', priority: '2 normal', owner: 'nina' },
  ...{ customer: 'ada@example.org', created_at: '2026-01-07T10:00:00.000Z', updated_at: '2026-01-08T09:30:00.000Z' },
  preferences: { idoit: { object_ids: ['34'], tenant: '1' } },
  ...more,
});

/** As i-doit reads a long answer. */
function asIdoit(answer: string): Record<string, string>[] {
  const [head, ...blocks] = answer.split(/\n\n/);
  expect(head).toMatch(/^RT\/\d+\.\d+\.\d+ 200 Ok$/);
  return blocks
    .filter((block) => block.trim() !== '--')
    .map((block) =>
      Object.fromEntries(
        block
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'))
          .map((line) => line.split(': ').slice(0, 2) as [string, string]),
      ),
    );
}

describe('a search in the words of RT', () => {
  it.each([
    ["'CF.{i-doit objects}' = '34' AND 'CF.{i-doit tenant}' = '1'", { objectIds: ['34'], tenant: '1' }],
    ['CF.{i-doit objects} = 34', { objectIds: ['34'], tenant: undefined }],
    ["('CF.{I-Doit Objects}' LIKE '34' OR 'CF.{i-doit objects}'='35')", { objectIds: ['34', '35'], tenant: undefined }],
    ["Owner = 'nina'", undefined],
    ["'CF.{i-doit objects}' = 'x'; DROP TABLE", undefined],
    ['', undefined],
  ])('%j asks for %j', (text, search) => {
    expect(readTicketSql(text)).toEqual(search);
  });

  it('is answered so that i-doit reads it', () => {
    const answer = rtSearchAnswer([ticket(12), ticket(15, { owner: '-', title: 'Note: disk\nfull' })], 'l');
    expect(asIdoit(answer)).toEqual([
      {
        ...{ id: 'ticket/12', Queue: 'storage', Owner: 'nina', Subject: 'Disk full on node 7', Status: 'open' },
        ...{ Priority: '50', Requestors: 'ada@example.org', Created: 'Wed Jan 07 10:00:00 2026' },
        ...{ LastUpdated: 'Thu Jan 08 09:30:00 2026', 'CF.{i-doit objects}': ',34,', 'CF.{i-doit tenant}': '1' },
      },
      expect.objectContaining({ id: 'ticket/15', Owner: 'Nobody', Subject: 'Note:\u00a0disk full' }),
    ]);
    expect(answer).toMatch(/^RT\/5\.0\.7 200 Ok\n\nid: ticket\/12\n/);
    expect(answer).toContain('\n\n--\n\nid: ticket/15\n');
    expect(answer.endsWith('\n')).toBe(true);
  });

  it('has no empty rows', () => {
    const answer = rtSearchAnswer([ticket(12, { group: '', customer: undefined, preferences: {} })], 'l');
    expect(answer).not.toMatch(/: \n|Queue|Requestors|CF\./);
  });

  it('is answered in short, and by the words for nothing', () => {
    expect(rtSearchAnswer([ticket(12), ticket(15)], 'i')).toBe('RT/5.0.7 200 Ok\n\nticket/12\nticket/15\n');
    expect(rtSearchAnswer([ticket(12)], 's')).toBe('RT/5.0.7 200 Ok\n\n12: Disk full on node 7\n');
    expect(rtSearchAnswer([], 'l')).toBe('RT/5.0.7 200 Ok\n\nNo matching results.\n');
  });

  it('leaves out what is of another client of the CMDB', () => {
    expect(isOfTenant(ticket(1), '1')).toBe(true);
    expect(isOfTenant(ticket(1), '2')).toBe(false);
    expect(isOfTenant(ticket(1, { preferences: { idoit: { object_ids: ['34'] } } }), '2')).toBe(true);
    expect(isOfTenant(ticket(1), undefined)).toBe(true);
  });
});

it.each([
  ['34', ['34']],
  [',34,35,', ['34', '35']],
  ['34undefined', ['34']],
  ['undefined', []],
  ['0', []],
])('the objects in %j are %j', (text, ids) => {
  expect(objectIdsIn(text)).toEqual(ids);
});
