import { expect, it } from 'vitest';
import { leavePage, leaveRefused } from './page.ts';

it.each([
  ['en', 'E-mails that ask how it went', 'Stop them'],
  ['de-AT, en;q=0.5', 'E-Mails, die fragen, wie es war', 'Nicht mehr bekommen'],
  ['fr', 'E-mails qui demandent votre avis', 'Ne plus les recevoir'],
  ['pl', 'Wiadomości z prośbą o ocenę', 'Nie wysyłać więcej'],
  ['ja', 'E-mails that ask how it went', 'Stop them'],
])('the page for %s says which mails a link stops', (accepted, heading, button) => {
  const page = leavePage({ list: 'ratings', on: true }, accepted);
  for (const words of [heading, `<button class="first" name="on" value="0">${button}</button>`])
    expect(page).toContain(words);
  expect(page).not.toContain('<script');
});

it('offers what is not so: mails that were stopped can come again', () => {
  const page = leavePage({ list: 'notices', on: false }, 'en');
  expect(page).toContain('<button name="on" value="1">Get them again</button>');
  expect(leaveRefused(true, 'en')).toContain('nothing was changed');
  expect(leaveRefused(false, 'en')).toContain('in a minute');
});
