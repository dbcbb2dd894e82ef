import { describe, expect, it } from 'vitest';
import { languagesOf } from './language.ts';

const log = Array.from({ length: 40 }, (_, i) => `kernel eth${i} link down`).join('\n');

describe('the language of a text', () => {
  it.each([
    ['The printer on the second floor is broken, can you have a look?', ['en']],
    ['Der Drucker im zweiten Stock ist kaputt, ich kann nicht drucken.', ['de']],
    ["L'imprimante du deuxième étage est en panne, je ne peux pas imprimer dans ce bureau.", ['fr']],
    ['Bitte sehen Sie das an, es ist nicht gut.\n> We have this with the new printer, it is not ours.', ['en', 'de']],
    ['Drucker kaputt', undefined],
    ['', undefined],
    ['Drukarka na drugim piętrze nie działa. '.repeat(8), []],
    [log, []],
  ])('of %j', (text, expected) => {
    expect(languagesOf(text)).toEqual(expected);
  });
});
