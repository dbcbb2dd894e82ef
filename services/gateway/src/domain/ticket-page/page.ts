import { documentOf, escaped, nameOf, type PageLook } from '../plain-page.ts';
import type { PageWords } from './words.ts';

export interface PageMessage {
  /** Whose words: the reader's, or those of the desk. */
  from: 'customer' | 'desk';
  name: string;
  /** ISO 8601 */
  at: string;
  text: string;
  files: { name: string; href: string }[];
}

export interface PageTicket {
  number: string;
  title: string;
  state: 'open' | 'waiting' | 'closed';
  messages: PageMessage[];
}

/** The form below the messages. */
export interface PageForm {
  /** Where it is sent to. */
  action: string;
  /** The same for each time the same form is sent: what was sent twice is kept once. */
  once: string;
  /** What was written and could not be kept. */
  text: string;
  error: string | undefined;
}

/** The form in which a customer says how it went. */
export interface PageRating {
  /** Where it is sent to. */
  action: string;
  score: number | null;
  comment: string;
  /** Whether one was given before: this form changes it. */
  given: boolean;
  mayRate: boolean;
  error: string | undefined;
}

const STYLE = `
fieldset{border:0;padding:0;margin:0}legend{font-weight:600;font-size:1.1rem;padding:0;margin:1rem 0 .25rem}
.score{display:flex;gap:.6rem;align-items:center;min-height:2.5rem;margin:0;font-weight:400;cursor:pointer}
.score input{width:1.25rem;height:1.25rem;accent-color:var(--accent)}.stars{color:var(--accent);letter-spacing:.1em}
textarea.short{min-height:5rem}.rating{border-top:1px solid var(--line);margin-top:1.5rem}
article{border:1px solid var(--line);border-radius:6px;padding:.75rem 1rem;margin:0 0 .75rem}
article.customer{background:var(--soft)}article header{display:flex;flex-wrap:wrap;gap:0 .75rem;justify-content:space-between}
.said{white-space:pre-wrap;margin:.5rem 0 0}.files{margin:.5rem 0 0;padding-left:1.2rem}`;

/** What was just done on the page. */
export type Done = 'sent' | 'closed' | 'rated';

/** One ticket, its public messages and a form to answer. Everything from outside is text. */
export function ticketPage(
  ticket: PageTicket,
  form: PageForm,
  rating: PageRating,
  done: Done | undefined,
  words: PageWords,
  look: PageLook | null = null,
): string {
  const closed = ticket.state === 'closed';
  const error = form.error === undefined ? '' : `<p class="error" id="error" role="alert">${escaped(form.error)}</p>`;
  const invalid = form.error === undefined ? '' : ' aria-invalid="true" aria-describedby="error" autofocus';
  const closing = `<button name="close" value="1">${words.sendAndClose}</button><p class="note">${words.close}</p>`;
  return page(
    `${words.request} ${ticket.number}: ${ticket.title}`,
    `<h1>${escaped(ticket.title)}</h1>
<p class="meta">${words.request} ${escaped(ticket.number)} · ${words.states[ticket.state]}</p>
${told(done, words)}${ticket.messages.map((message) => messageHtml(message, words)).join('\n')}
<form method="post" action="${escaped(form.action)}"><input type="hidden" name="once" value="${escaped(form.once)}">
<label for="answer">${words.answer}</label>${error}<textarea id="answer" name="answer" maxlength="100000"${invalid}>
${escaped(form.text)}</textarea>${closed ? `<p class="note">${words.answerAgain}</p>` : ''}
<button class="first">${words.send}</button>${closed ? '' : closing}</form>
${rating.mayRate || rating.given ? ratingHtml(rating, words) : ''}
<p class="note">${words.keep}</p>`,
    words,
    look,
  );
}

/** The page of a link that serves to rate a ticket and shows nothing else of it than what it is about. */
export function ratingPage(
  { number, title }: Pick<PageTicket, 'number' | 'title'>,
  rating: PageRating,
  done: Done | undefined,
  words: PageWords,
  look: PageLook | null = null,
): string {
  const open = rating.mayRate || rating.given;
  return page(
    `${words.rating.title} ${words.request} ${number}`,
    `<h1>${escaped(title)}</h1>
<p class="meta">${words.request} ${escaped(number)}</p>
${told(done, words)}${open ? ratingHtml(rating, words) : `<p>${words.rating.over}</p>`}`,
    words,
    look,
  );
}

function told(done: Done | undefined, words: PageWords): string {
  if (done === undefined) return '';
  const text = { sent: words.sent, closed: words.closedNow, rated: words.rating.thanks }[done];
  return `<p class="done" role="status">${text}</p>`;
}

function ratingHtml(
  { action, score, comment, given, mayRate, error }: PageRating,
  { rating: words }: PageWords,
): string {
  const stars = (n: number) => `<span class="stars" aria-hidden="true">${'★'.repeat(n)}${'☆'.repeat(5 - n)}</span>`;
  if (!mayRate) {
    const said = comment && `<p class="said">${escaped(comment)}</p>`;
    return `<section class="rating"><h2>${words.given}</h2><p>${stars(score ?? 0)} ${words.scores[(score ?? 1) - 1]}</p>${said}</section>`;
  }
  const choices = words.scores
    .map((name, i) => {
      const checked = score === i + 1 ? ' checked' : '';
      return `<label class="score"><input type="radio" name="score" value="${i + 1}" required${checked}>${stars(i + 1)} ${name}</label>`;
    })
    .reverse()
    .join('');
  const wrong = error === undefined ? '' : `<p class="error" role="alert">${escaped(error)}</p>`;
  return `<form class="rating" method="post" action="${escaped(action)}"><fieldset><legend>${words.title}</legend>${wrong}${choices}</fieldset>
<label for="comment">${words.comment}</label><textarea class="short" id="comment" name="comment" maxlength="2000">
${escaped(comment)}</textarea><button class="first">${given ? words.change : words.send}</button>${given ? `<p class="note">${words.once}</p>` : ''}</form>`;
}

/** Why there is nothing to show. */
export function plainPage({ title, text }: { title: string; text: string }, words: PageWords): string {
  return page(title, `<h1>${escaped(title)}</h1><p>${escaped(text)}</p>`, words);
}

function messageHtml({ from, name, at, text, files }: PageMessage, words: PageWords): string {
  const who = from === 'customer' ? words.you : name || words.desk;
  const time = new Intl.DateTimeFormat(words.tag, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  const list = files.map((file) => `<li><a href="${escaped(file.href)}">${escaped(file.name)}</a></li>`).join('');
  return `<article class="${from}"><header><h2>${escaped(who)}</h2><time datetime="${escaped(at)}">${time.format(new Date(at))} UTC</time></header>
<p class="said">${escaped(text)}</p>${list && `<ul class="files" aria-label="${words.files}">${list}</ul>`}</article>`;
}

function page(title: string, body: string, { tag }: PageWords, look: PageLook | null = null): string {
  const name = nameOf(look);
  const header = name && `<header class="brand">${name}</header>`;
  return documentOf({ tag, title, body, style: STYLE, header, look });
}
