import type { TicketSnapshot } from '@helpmesh/contracts';
import { describe, expect, it } from 'vitest';
import { entryOf } from './entry.ts';
import { detailsOf, objectOf } from './idoit.ts';

const base = 'https://cmdb.example';

describe('an object of i-doit', () => {
  const row = { id: '34', title: 'node7', sysid: 'SYSID_34', type_title: 'Server', cmdb_status_title: 'in operation' };

  it('is read whether its numbers are texts or numbers', () => {
    const object = { id: '34', title: 'node7', type: 'Server', status: 'in operation', url: `${base}/?objID=34` };
    expect(objectOf(row, base)).toEqual(object);
    expect(objectOf({ ...row, id: 34 }, base)).toEqual(object);
    for (const bad of [null, [], 'x', {}, { id: 'x' }, { id: 0 }]) expect(objectOf(bad, base)).toBeUndefined();
  });

  it('has model, place, addresses and ways to reach it', () => {
    const categories = {
      model: [{ manufacturer: { title: 'Dell' }, title: { title: 'R740' }, serial: 'S1', service_tag: null }],
      location: [{ parent: { id: '9', title: 'Rack 3' }, location_path: 'Karlsruhe > Hall 1 > Rack 3' }],
      ip: [
        { hostaddress: { ref_title: '192.0.2.8' }, hostname: 'node7-b', primary: { value: '0' } },
        {
          hostaddress: { ref_title: '192.0.2.7' },
          primary_fqdn: 'node7.example.org',
          primary: { value: '1', title: 'yes' },
        },
        { net_type: { title: 'IPv4' } },
      ],
      access: [
        { title: 'Console', type: { title: 'HTTPS' }, url: 'https://node7.example.org/', primary: { value: '1' } },
        { title: 'Bad', type: { title: 'X' }, url: 'javascript:alert(1)' },
      ],
    };
    expect(detailsOf(row, categories, base)).toMatchObject({
      ...{ id: '34', sysid: 'SYSID_34', model: 'Dell R740', serial: 'S1', location: 'Karlsruhe > Hall 1 > Rack 3' },
      addresses: [
        { address: '192.0.2.7', hostname: 'node7.example.org', primary: true },
        { address: '192.0.2.8', hostname: 'node7-b', primary: false },
      ],
      access: [
        { title: 'Console', type: 'HTTPS', url: 'https://node7.example.org/' },
        { title: 'Bad', type: 'X', url: '' },
      ],
    });
  });

  it('of which nothing more is known is there all the same', () => {
    const none = { model: [], location: [null, 'x'], ip: [{}], access: [[]] };
    expect(detailsOf(row, none, base)).toMatchObject({ model: '', location: '', addresses: [], access: [] });
  });
});

describe('the logbook', () => {
  const ticket = { id: 7, number: '10007', title: 'Disk full', state: 'open', cmdbObjectIds: ['34', '35'] };
  const entry = (more: object, changes?: Record<string, { from?: unknown; to?: unknown }>) =>
    entryOf({ ...ticket, ...more } as unknown as TicketSnapshot, changes);

  it('tells of a new ticket and of another state, and of nothing else', () => {
    expect(entry({})).toEqual({
      ...{ ticketId: 7, objectIds: ['34', '35'], message: 'Ticket 10007 was opened (open)' },
      ...{ description: 'Disk full', comment: '10007' },
    });
    expect(entry({ state: 'closed' }, { state_id: { from: 2, to: 4 } })?.message).toBe('Ticket 10007 is now closed');
    expect(entry({}, { title: { from: 'a', to: 'b' } })).toBeUndefined();
    expect(entry({ cmdbObjectIds: undefined })).toBeUndefined();
  });
});
