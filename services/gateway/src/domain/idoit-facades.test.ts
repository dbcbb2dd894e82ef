import { describe, expect, it } from 'vitest';
import { itopAnswer, readItopQuestion } from './itop-rest.ts';
import { otrsSearchAnswer, otrsTickets, readOtrsCall } from './otrs-soap.ts';
import type { RtTicket } from './rt-rest.ts';

const ticket = (id: number, more: Partial<RtTicket> = {}): RtTicket => ({
  ...{ id, title: 'Disk full on node 7', group: 'storage', state: 'open', priority: '3 high', owner: 'nina' },
  ...{ customer: 'ada@example.org', created_at: '2026-01-07T10:00:00.000Z', updated_at: '2026-01-08T09:30:00.000Z' },
  preferences: { idoit: { object_ids: ['34', '35'], tenant: '1' } },
  ...more,
});

/** As the client of PHP sends a call without a WSDL. */
const call = (method: string, inside: string) =>
  '<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" ' +
  'xmlns:ns1="Core" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ' +
  'SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><SOAP-ENV:Body>' +
  `<ns1:${method}><UserLogin xsi:type="xsd:string">reader</UserLogin>` +
  `<Password xsi:type="xsd:string">a&amp;b&lt;&#xE9;&#33;</Password>${inside}</ns1:${method}></SOAP-ENV:Body></SOAP-ENV:Envelope>\n`;

/** As that client reads the parts of an answer: several of one name are a list, one alone is its value, none is null. */
function asPhp(envelope: string): unknown {
  const inside = /<(\w+)Response xmlns="Core">(.*)<\/\1Response>/s.exec(envelope)?.[2] ?? '';
  const read = (xml: string): unknown => {
    const parts = [...xml.matchAll(/<(\w+)>(.*?)<\/\1>/gs)];
    return parts.length === 0 ? xml : Object.fromEntries(parts.map(([, name, text]) => [name, read(text as string)]));
  };
  const parts = [...inside.matchAll(/<(Ticket|TicketID)>(.*?)<\/\1>/gs)].map(([, , text]) => read(text as string));
  return parts.length === 0 ? null : parts.length === 1 ? parts[0] : parts;
}

describe('a call that i-doit makes of an ((OTRS)) Community Edition', () => {
  it('is read with its name and password', () => {
    const search = call('TicketSearch', '<DynamicField_IDoitObjects><Like>*,8834,*</Like></DynamicField_IDoitObjects>');
    const known = { user: 'reader', pass: 'a&b<é!' };
    expect(readOtrsCall(search)).toEqual({ ...known, method: 'TicketSearch', ticketIds: [], objectId: '8834' });
    const get = call(
      'TicketGet',
      '<TicketID xsi:type="xsd:string">12,15,x</TicketID><DynamicFields xsi:type="xsd:int">1</DynamicFields>',
    );
    expect(readOtrsCall(get)).toEqual({ ...known, method: 'TicketGet', ticketIds: ['12', '15'], objectId: undefined });
  });

  it.each([
    ['', 'nothing'],
    ['<a/>', 'no envelope'],
    [call('TicketCreate', ''), 'what would write'],
    [call('TicketSearch', '').replace('<SOAP', '<!DOCTYPE x [<!ENTITY e "y">]><SOAP'), 'a document type'],
  ])('is none: %#', (text) => {
    expect(readOtrsCall(text)).toBeUndefined();
  });

  it('has tags that end before the next one begins, so that no text is read again and again', () => {
    expect(readOtrsCall('<Body <x><TicketGet><UserLogin>i-doit</UserLogin></TicketGet></Body>')).toBeUndefined();
    const call = '<Body><TicketGet><UserLogin <x>other</UserLogin><UserLogin>i-doit</UserLogin></TicketGet></Body>';
    expect(readOtrsCall(call)?.user).toBe('i-doit');
  });

  it('is answered with ids alone, so that none, one and many are told apart', () => {
    expect([[], [ticket(12)], [ticket(12), ticket(15)]].map((all) => asPhp(otrsSearchAnswer(all)))).toEqual([
      ...[null, '12', ['12', '15']],
    ]);
  });

  it('is answered with all that its list shows, in elements that are there even when they are empty', () => {
    const shown = {
      ...{
        TicketID: '12',
        Title: 'a &lt;b&gt; &amp; c',
        Created: '2026-01-07 10:00:00',
        Changed: '2026-01-08 09:30:00',
      },
      ...{ Owner: 'nina', CustomerUserID: 'ada@example.org', State: 'open', Queue: 'storage', Priority: '3 high' },
      ...{ DynamicField_IDoitObjects: ',34,35,', DynamicField_IDoitMandator: '1' },
    };
    expect(asPhp(otrsTickets([ticket(12, { title: 'a <b> & c\u0007' })]))).toEqual(shown);
    const [, bare] = asPhp(otrsTickets([ticket(12), ticket(15, { preferences: {} })])) as Record<string, string>[];
    expect(bare).toMatchObject({ TicketID: '15', DynamicField_IDoitObjects: '' });
  });
});

describe('a question that i-doit asks of an iTop', () => {
  const oql =
    'SELECT UserRequest AS u JOIN lnkFunctionalCIToTicket AS l ON l.ticket_id = u.id ' +
    'JOIN FunctionalCI AS f ON l.functionalci_id = f.id WHERE f.idoit_id = 8834';

  it.each([
    [{ operation: 'core/get', class: 'UserRequest', key: oql }, { objectId: '8834' }],
    [
      { operation: 'core/get', class: 'UserRequest', key: 12 },
      { code: 0, message: 'Found: 0', objects: null },
    ],
    [
      { operation: 'core/delete', class: 'UserRequest', key: oql },
      { code: 11, objects: null },
    ],
    [{ operation: 'core/get', class: 'Person', key: oql }, { code: 11 }],
    [null, { code: 11 }],
  ])('%j comes to %j', (asked, answer) => {
    expect(readItopQuestion(JSON.stringify(asked))).toMatchObject(answer);
  });

  it('that is no question is told so', () => {
    expect([readItopQuestion(undefined), readItopQuestion('{')]).toMatchObject([{ code: 3 }, { code: 4 }]);
  });

  it('is answered with the fields that its list shows, by the names that iTop gives', () => {
    const { code, objects } = itopAnswer([ticket(12), ticket(15, { priority: '1 low' })]);
    expect([code, Object.keys(objects ?? {})]).toEqual([0, ['UserRequest::12', 'UserRequest::15']]);
    expect(objects?.['UserRequest::12']).toEqual({
      ...{ code: 0, message: '', class: 'UserRequest', key: '12' },
      fields: expect.objectContaining({
        ...{ id: '12', title: 'Disk full on node 7', status: 'open', priority: '2' },
        ...{ caller_id_friendlyname: 'ada@example.org' },
        ...{ start_date: '2026-01-07 10:00:00', last_update: '2026-01-08 09:30:00' },
      }),
    });
    expect(objects?.['UserRequest::15']).toMatchObject({ fields: { priority: '4' } });
  });
});
