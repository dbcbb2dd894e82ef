import { expect, it } from 'vitest';
import { errorsAsCsv } from './import-errors.ts';

it('tells what is wrong with a file line by line, as text and nothing else', () => {
  const told = errorsAsCsv(['Line 4: Invalid email "x"', 'Line 12: =1+1, or not', 'The file has no rows.']);
  expect(told.split('\r\n')).toEqual([
    'line,error',
    '4,"Invalid email ""x"""',
    `12,"'=1+1, or not"`,
    ',"The file has no rows."',
    '',
  ]);
});
