import { documentOf, escaped } from '../plain-page.ts';
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

const STYLE = `
article{border:1px solid var(--line);border-radius:6px;padding:.75rem 1rem;margin:0 0 .75rem}
article.customer{background:var(--soft)}article header{display:flex;flex-wrap:wrap;gap:0 .75rem;justify-content:space-between}
.said{white-space:pre-wrap;margin:.5rem 0 0}.files{margin:.5rem 0 0;padding-left:1.2rem}`;

/** One ticket, its public messages and a form to answer. Everything from outside is text. */
export function ticketPage(
  ticket: PageTicket,
  form: PageForm,
  done: 'sent' | 'closed' | undefined,
  words: PageWords,
): string {
  const told =
    done === undefined ? '' : `<p class="done" role="status">${done === 'sent' ? words.sent : words.closedNow}</p>`;
  const closed = ticket.state === 'closed';
  const error = form.error === undefined ? '' : `<p class="error" id="error" role="alert">${escaped(form.error)}</p>`;
  const invalid = form.error === undefined ? '' : ' aria-invalid="true" aria-describedby="error" autofocus';
  const closing = `<button name="close" value="1">${words.sendAndClose}</button><p class="note">${words.close}</p>`;
  return page(
    `${words.request} ${ticket.number}: ${ticket.title}`,
    `<h1>${escaped(ticket.title)}</h1>
<p class="meta">${words.request} ${escaped(ticket.number)} · ${words.states[ticket.state]}</p>
${told}${ticket.messages.map((message) => messageHtml(message, words)).join('\n')}
<form method="post" action="${escaped(form.action)}"><input type="hidden" name="once" value="${escaped(form.once)}">
<label for="answer">${words.answer}</label>${error}<textarea id="answer" name="answer" maxlength="100000"${invalid}>
${escaped(form.text)}</textarea>${closed ? `<p class="note">${words.answerAgain}</p>` : ''}
<button class="first">${words.send}</button>${closed ? '' : closing}</form>
<p class="note">${words.keep}</p>`,
    words,
  );
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

function page(title: string, body: string, { tag }: PageWords): string {
  return documentOf({ tag, title, body, style: STYLE });
}
