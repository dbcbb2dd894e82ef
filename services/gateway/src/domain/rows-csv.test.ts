import { expect, it } from 'vitest';
import { rowsAsCsv } from './rows-csv.ts';

it('a list becomes lines under its columns, objects inside become columns', () => {
  const rows = [
    { ticket: { id: 1, title: 'A "big" one, really' }, time_unit: '1.5', type: null },
    { ticket: { id: 2, title: '=1+1' }, time_unit: '2.0', type: 'Phone' },
  ];
  expect(rowsAsCsv(rows)).toBe(
    'ticket.id,ticket.title,time_unit,type\r\n1,"A ""big"" one, really",1.5,\r\n2,\'=1+1,2.0,Phone\r\n',
  );
  expect(rowsAsCsv([])).toBe('\r\n');
});
