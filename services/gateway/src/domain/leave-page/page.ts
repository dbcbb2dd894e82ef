import type { MailList } from '@helpmesh/contracts';
import { preferredOf } from '../accept-language.ts';
import { documentOf, escaped } from '../plain-page.ts';

interface LeaveWords {
  /** BCP 47 */
  tag: string;
  title: string;
  /** What the mails of each list are. */
  lists: Record<MailList, string>;
  on: string;
  off: string;
  stop: string;
  start: string;
  gone: string;
  later: string;
}

const languages: readonly LeaveWords[] = [
  {
    tag: 'en',
    title: 'E-mails you get',
    lists: { notices: 'E-mails about tickets', ratings: 'E-mails that ask how it went' },
    on: 'You get these e-mails.',
    off: 'You get these e-mails no longer.',
    stop: 'Stop them',
    start: 'Get them again',
    gone: 'This link is not complete: nothing was changed.',
    later: 'This cannot be shown for a moment. Please try again in a minute.',
  },
  {
    tag: 'de',
    title: 'E-Mails, die Sie bekommen',
    lists: { notices: 'E-Mails über Tickets', ratings: 'E-Mails, die fragen, wie es war' },
    on: 'Sie bekommen diese E-Mails.',
    off: 'Sie bekommen diese E-Mails nicht mehr.',
    stop: 'Nicht mehr bekommen',
    start: 'Wieder bekommen',
    gone: 'Dieser Link ist nicht vollständig: Es wurde nichts geändert.',
    later: 'Das kann gerade nicht gezeigt werden. Bitte versuchen Sie es in einer Minute noch einmal.',
  },
  {
    tag: 'fr',
    title: 'Les e-mails que vous recevez',
    lists: { notices: 'E-mails sur les tickets', ratings: 'E-mails qui demandent votre avis' },
    on: 'Vous recevez ces e-mails.',
    off: 'Vous ne recevez plus ces e-mails.',
    stop: 'Ne plus les recevoir',
    start: 'Les recevoir de nouveau',
    gone: 'Ce lien est incomplet : rien n’a été modifié.',
    later: 'Impossible d’afficher ceci pour le moment. Réessayez dans une minute.',
  },
  {
    tag: 'pl',
    title: 'Otrzymywane wiadomości',
    lists: { notices: 'Wiadomości o zgłoszeniach', ratings: 'Wiadomości z prośbą o ocenę' },
    on: 'Te wiadomości są wysyłane do Państwa.',
    off: 'Te wiadomości nie są już wysyłane.',
    stop: 'Nie wysyłać więcej',
    start: 'Wysyłać ponownie',
    gone: 'Link jest niepełny: nic nie zostało zmienione.',
    later: 'Nie można tego teraz pokazać. Proszę spróbować ponownie za minutę.',
  },
];

const [english] = languages as [LeaveWords];

function wordsFor(accepted: string | undefined): LeaveWords {
  const tag = preferredOf(
    accepted,
    languages.map((one) => one.tag),
  );
  return languages.find((one) => one.tag === tag) ?? english;
}

/** Which mails a link stops, whether they come, and a button for the other. Without a script. */
export function leavePage({ list, on }: { list: MailList; on: boolean }, accepted: string | undefined): string {
  const { tag, title, lists, stop, start, ...words } = wordsFor(accepted);
  const button = on
    ? `<button class="first" name="on" value="0">${stop}</button>`
    : `<button name="on" value="1">${start}</button>`;
  const said = `<p class="done" role="status">${on ? words.on : words.off}</p>`;
  return documentOf({
    tag,
    title,
    body: `<h1>${escaped(lists[list])}</h1>${said}<form method="post">${button}</form>`,
  });
}

/** Why nothing is shown or changed. */
export function leaveRefused(missing: boolean, accepted: string | undefined): string {
  const { tag, title, gone, later } = wordsFor(accepted);
  return documentOf({ tag, title, body: `<h1>${title}</h1><p>${missing ? gone : later}</p>` });
}
