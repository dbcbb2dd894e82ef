import { describe, expect, it } from 'vitest';
import { auditFormats } from './audit-file.ts';

const entry = {
  ...{ id: 7, created_at: '2026-11-21T09:15:00.123Z', service: 'identity', action: 'user.changed' },
  ...{ actor_id: 3, actor: 'admin@example.com', on_behalf_of_id: null, on_behalf_of: null },
  ...{ object_type: 'User', object_id: '4', object_label: 'a "b",\nc', changes: { active: { from: true, to: false } } },
  ...{ ip: '192.0.2.1', request_id: 'r', hash: 'ab' },
};

describe('audit entries as CSV', () => {
  const { open, write } = auditFormats.csv;

  it('have one line each, under the names of the columns', () => {
    expect(open.trim().split(',')).toEqual(Object.keys(entry));
    expect(write(entry)).toBe(
      '7,2026-11-21T09:15:00.123Z,identity,user.changed,3,admin@example.com,,,User,4,"a ""b"",\nc",' +
        '"{""active"":{""from"":true,""to"":false}}",192.0.2.1,r,ab\r\n',
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '=HYPERLINK("http://x.example","y")'])(
    'S20: are no formulas: %s',
    (object_label) => {
      const [, shown] = write({ ...entry, object_label }).match(/,User,4,"?(.)/) ?? [];
      expect(shown).toBe("'");
    },
  );
});

it('audit entries as JSON are one array', () => {
  const { open, write, between, close } = auditFormats.json;
  expect(JSON.parse(open + [entry, entry].map(write).join(between) + close)).toEqual([entry, entry]);
  expect(JSON.parse(open + close)).toEqual([]);
});
