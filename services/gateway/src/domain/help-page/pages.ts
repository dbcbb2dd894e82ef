import {
  type Help,
  type HelpAnswerPage,
  type HelpCategoryPage,
  type HelpHit,
  type HelpHome,
  type HelpLocale,
  helpPath,
} from '@helpmesh/contracts';
import { documentOf, escaped, nameOf, PAGE_POLICY, type PageLook } from '../plain-page.ts';
import type { FieldOfRequest, RequestForm } from './request-form.ts';
import { type HelpWords, helpWords } from './words.ts';

/** Pictures of answers may come from anywhere by https; they are told nothing of the reader's page. */
export const HELP_POLICY = PAGE_POLICY.replace("img-src 'self'", "img-src 'self' https:");

const STYLE = `
body{max-width:54rem;line-height:1.6}main{padding-bottom:1rem}h1{font-size:1.75rem;letter-spacing:-.01em;text-wrap:balance}
header.top{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;background:var(--soft);box-shadow:0 0 0 100vmax var(--soft);clip-path:inset(0 -100vmax);margin:-1rem 0 1.75rem;padding:1rem 0}
header.top>a{font-weight:700;font-size:1.1rem;text-decoration:none;min-height:1.75rem}
header.top>a.ask{font-size:1rem;font-weight:600;border:1px solid var(--accent);border-radius:6px;min-height:2.75rem;padding:.5rem 1rem}
header.top>a.mine{font-size:1rem;font-weight:600}
form.search{display:flex;flex:1 1 14rem;gap:.5rem}form.search input{flex:1;min-width:0}form.search button{margin:0;background:var(--accent);color:Canvas;font-weight:600}
input:not([type=checkbox]),select,textarea{background:Canvas;color:CanvasText}input:not([type=checkbox]),select{width:100%;font:inherit;min-height:2.75rem;padding:0 .75rem;border:1px solid var(--line);border-radius:6px}
:is(a,button,input,select,textarea):focus-visible{outline:3px solid var(--accent);outline-offset:2px}
nav.way{font-size:.9rem;margin:0 0 .75rem}nav.way ol{list-style:none;display:flex;flex-wrap:wrap;gap:0 .5rem;margin:0;padding:0}
nav.way li+li::before{content:"›";margin-right:.5rem}nav.way a,.list a,.topics a,footer a{display:inline-block;padding:.2rem 0}
h2{font-size:1.15rem;margin:1.75rem 0 .5rem}.list{list-style:none;padding:0;margin:0}
.list>li{border-top:1px solid var(--line);padding:.5rem 0}.list p{margin:.25rem 0}.list .list{padding-left:1rem}
.topics{list-style:none;padding:0;margin:.75rem 0 1.5rem;display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(15rem,100%),1fr))}
.topics>li{border:1px solid var(--line);border-top:3px solid var(--accent);border-radius:8px;padding:.75rem 1rem 1rem}.topics>li>a{font-weight:600;font-size:1.05rem}
.topics>li>.note{display:block}.topics .list{margin-top:.5rem}.topics .list>li{padding:.25rem 0}
.body{margin-top:1rem}.body,.body *{background:transparent!important;color:inherit!important}.body a{color:var(--accent)!important}
.body img{max-width:100%;height:auto}.body table{border-collapse:collapse;max-width:100%}.body td,.body th{border:1px solid var(--line);padding:.25rem .5rem}
.body pre{white-space:pre-wrap;background:var(--soft)!important;border-radius:6px;padding:.75rem 1rem}.body blockquote{border-left:3px solid var(--line);margin-left:0;padding-left:1rem}
fieldset{border:1px solid var(--line);border-radius:8px;margin:2rem 0 0;padding:.5rem 1rem 1rem}legend{font-weight:600}
label.check{display:flex;gap:.75rem;font-weight:400;align-items:flex-start}label.check input{width:1.5rem;height:1.5rem;flex:none}
.trap{position:absolute;left:-99rem}mark{background:#ffe58a;color:#1a1a1a}footer{border-top:1px solid var(--line);margin-top:2rem;padding-top:.75rem}
footer ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:0;margin:.25rem 0}.button{display:inline-block;border:1px solid var(--accent);border-radius:6px;padding:.6rem 1.25rem;text-decoration:none}`;

/** Answers in a feed. */
const FEED_LENGTH = 30;

/** What all pages of the help have in common. */
export interface HelpFrame {
  words: HelpWords;
  help: Help;
  /** Of the desk, without a slash at its end. */
  publicUrl: string;
  /** Whose help it is; absent or null: the desk's. */
  look?: PageLook | null;
  /** Before `/help` in the addresses of its pages: the path of a community, `/c/<slug>`. */
  base?: string;
}

/** Where the same page is in each language; the first one's is for who speaks none of them. */
type Others = readonly { locale: HelpLocale; path: string }[];

export function homePage(frame: HelpFrame, { categories, popular }: HelpHome): string {
  const { words, help } = frame;
  const tree = treeOf(categories, null, words);
  const often = popular.map(({ id, title }) => linkTo('answer', words.tag, id, title)).join('');
  const body = `<h1>${words.help}</h1>
${tree ? `<h2>${words.topics}</h2>${tree}` : `<p>${words.empty}</p>`}
${often && `<h2>${words.popular}</h2><ul class="list">${often}</ul>`}`;
  const others = help.locales.map((locale) => ({ locale, path: `/help/${locale}` }));
  return page(frame, { title: words.help, body, others, found: true });
}

export function categoryPage(frame: HelpFrame, id: number, category: HelpCategoryPage): string {
  const { words } = frame;
  const answers = category.answers.map((one) => linkTo('answer', words.tag, one.id, one.title)).join('');
  const body = `${wayTo(frame, category.above)}<h1>${escaped(category.title)}</h1>
${answers && `<ul class="list">${answers}</ul>`}${treeOf(category.below, id, words)}`;
  const others = category.locales.map(({ locale, title }) => ({
    locale,
    path: helpPath('category', locale, id, title),
  }));
  return page(frame, { title: category.title, body, others, found: true });
}

/** @param said  whether the reader has just said whether it helped */
export function answerPage(frame: HelpFrame, id: number, answer: HelpAnswerPage, said: boolean): string {
  const { words } = frame;
  const path = helpPath('answer', words.tag, id, answer.title);
  const day = new Intl.DateTimeFormat(words.tag, { dateStyle: 'long', timeZone: 'UTC' }).format(
    new Date(answer.updatedAt),
  );
  const word = `<form method="post" action="${path}/feedback"><fieldset><legend>${words.helpful}</legend>
<label for="comment">${words.comment}</label><textarea id="comment" name="comment" maxlength="2000"></textarea>
<button name="helpful" value="yes">${words.yes}</button><button name="helpful" value="no">${words.no}</button></fieldset></form>`;
  const thanks = `<p class="done" role="status">${words.thanks}</p>`;
  const body = `${wayTo(frame, answer.above)}<article lang="${words.tag}"><h1>${escaped(answer.title)}</h1>
<div class="body">${answer.body}</div>${filesOf(answer, words)}</article>
<p class="note">${words.updated} <time datetime="${escaped(answer.updatedAt)}">${day}</time></p>${said ? thanks : word}`;
  const others = answer.locales.map(({ locale, title }) => ({ locale, path: helpPath('answer', locale, id, title) }));
  return page(frame, { title: answer.title, body, others, found: !said });
}

function filesOf({ files }: HelpAnswerPage, words: HelpWords): string {
  const bytes = new Intl.NumberFormat(words.tag, { style: 'unit', unit: 'kilobyte', maximumFractionDigits: 0 });
  const items = files.map(({ id, filename, size }) => {
    const link = `<a href="/help/files/${id}/${encodeURIComponent(filename)}">${escaped(filename)}</a>`;
    return `<li>${link} <span class="note">${bytes.format(Math.max(1, size / 1000))}</span></li>`;
  });
  return items.length > 0 ? `<h2>${words.files}</h2><ul class="list">${items.join('')}</ul>` : '';
}

export function searchPage(frame: HelpFrame, query: string, hits: readonly HelpHit[]): string {
  const { words } = frame;
  const told = query === '' ? '' : hits.length === 0 ? words.nothingFound : words.results(hits.length);
  const body = `<h1>${words.searchFor}</h1><p role="status">${told}</p>${hitsOf(hits)}`;
  return page(frame, { title: words.searchFor, body, query, others: [] });
}

/** @param problem  with the form as a whole */
export function requestPage(
  frame: HelpFrame,
  form: RequestForm,
  wrong: Partial<Record<FieldOfRequest, string>> = {},
  problem?: string,
): string {
  const { words, help } = frame;
  const { wrong: says } = words;
  const field = (name: Exclude<FieldOfRequest, 'consent' | 'text'>, label: string, more: string) =>
    `<label for="${name}">${label}</label>${complaint(name, wrong)}<input id="${name}" name="${name}" value="${escaped(form[name])}" required ${more}${marked(name, wrong)}>`;
  const choice = help.groups.map(
    ({ id, name }) => `<option value="${id}"${id === form.groupId ? ' selected' : ''}>${escaped(name)}</option>`,
  );
  const group =
    choice.length > 1
      ? `<label for="group">${words.group}</label><select id="group" name="group">${choice.join('')}</select>`
      : '';
  const listed = Object.entries(wrong).map(([name, text]) => `<li><a href="#${name}">${text}</a></li>`);
  const summary =
    listed.length > 0 ? `<div role="alert"><p class="error">${says.summary}</p><ul>${listed.join('')}</ul></div>` : '';
  const other = problem === undefined ? '' : `<p class="error" role="alert">${problem}</p>`;
  const body = `<h1>${words.requestTitle}</h1>${other}${summary}
<form method="post" action="/help/${words.tag}/request" novalidate>${hidden({ stamp: form.stamp, once: form.once })}
${field('name', words.yourName, 'maxlength="200" autocomplete="name"')}
${field('email', words.email, 'type="email" maxlength="254" autocomplete="email"')}${group}
${field('subject', words.subject, 'maxlength="250"')}
<label for="text">${words.text}</label>${complaint('text', wrong)}<textarea id="text" name="text" maxlength="20000" required${marked('text', wrong)}>
${escaped(form.text)}</textarea>
<label class="check" for="consent"><input id="consent" name="consent" type="checkbox" value="yes"${form.consent ? ' checked' : ''} required${marked('consent', wrong)}>${words.consent}</label>${complaint('consent', wrong)}
<p class="trap" aria-hidden="true"><label for="website">${words.leaveEmpty}</label><input id="website" name="website" tabindex="-1" autocomplete="off"></p>
<button class="first" name="step" value="look">${words.goOn}</button></form>`;
  return page(frame, { title: words.requestTitle, body, others: [] });
}

/** Answers that may spare the request, before it is sent. */
export function suggestionsPage(frame: HelpFrame, form: RequestForm, hits: readonly HelpHit[]): string {
  const { words } = frame;
  const { groupId, consent, ...texts } = form;
  const kept = hidden({ ...texts, ...(groupId && { group: String(groupId) }), ...(consent && { consent: 'yes' }) });
  const answered = ({ id, title }: HelpHit) =>
    `<form method="post" action="/help/${words.tag}/request/answered">${hidden({ answer: String(id) })}<button aria-label="${words.solved}: ${escaped(title)}">${words.solved}</button></form>`;
  const body = `<h1>${words.oneOfThese}</h1>${hitsOf(hits, answered)}
<form method="post" action="/help/${words.tag}/request">${kept}
<button class="first" name="step" value="send">${words.sendAnyway}</button><button name="step" value="change">${words.change}</button></form>`;
  return page(frame, { title: words.oneOfThese, body, others: [] });
}

/** @param number  of the ticket; undefined where there is none to tell */
export function sentPage(frame: HelpFrame, number: string | undefined): string {
  const { words } = frame;
  const told = number === undefined ? '' : `<p>${words.number}: <strong>${escaped(number)}</strong></p>`;
  const body = `<h1>${words.sentTitle}</h1>${told}<p>${words.sent}</p>`;
  return page(frame, { title: words.sentTitle, body, others: [] });
}

/** Why there is nothing to show. */
export function helpProblem(words: HelpWords, { title, text }: { title: string; text: string }, base = ''): string {
  const back = `<p><a href="${escaped(base)}/help/${words.tag}">${words.back}</a></p>`;
  const body = `<h1>${escaped(title)}</h1><p>${escaped(text)}</p>${back}`;
  return documentOf({ tag: words.tag, title, body, style: STYLE });
}

/** What was written last in one language, for programs that follow it (Atom, RFC 4287). */
export function feedOf(
  { words, publicUrl, look = null, base = '' }: HelpFrame,
  pages: Parameters<typeof sitemapOf>[1],
): string {
  const root = `${publicUrl}${base}/help/${words.tag}`;
  const answers = pages
    .filter(({ kind, locale }) => kind === 'answer' && locale === words.tag)
    .toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1))
    .slice(0, FEED_LENGTH);
  const entries = answers.map(({ id, title, updatedAt }) => {
    const link = escaped(`${publicUrl}${base}${helpPath('answer', words.tag, id, title)}`);
    // The address has the title in it, which may change; the entry stays the same.
    return `<entry><id>${escaped(`${root}/answers/${id}`)}</id><title>${escaped(title)}</title><link href="${link}"/><updated>${updatedAt}</updated></entry>`;
  });
  const title = titleOf(words, look);
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${words.tag}">
<id>${escaped(root)}</id><title>${title}</title><author><name>${title}</name></author>
<link href="${escaped(root)}"/><link rel="self" href="${escaped(`${root}/feed.xml`)}"/>
<updated>${answers[0]?.updatedAt ?? new Date(0).toISOString()}</updated>
${entries.join('\n')}
</feed>
`;
}

const titleOf = (words: HelpWords, look: PageLook | null): string =>
  look?.name ? `${escaped(look.name)} ${words.help}` : words.help;

/** Pages for those that search the web, each with where it is in other languages (sitemaps.org, 0.9). */
export function sitemapOf(
  publicUrl: string,
  pages: readonly { kind: 'category' | 'answer'; id: number; locale: HelpLocale; title: string; updatedAt: string }[],
): string {
  const lines = pages.map(({ kind, id, locale, title, updatedAt }) => {
    const url = `${publicUrl}${helpPath(kind, locale, id, title)}`;
    return `<url><loc>${escaped(url)}</loc><lastmod>${updatedAt.slice(0, 10)}</lastmod></url>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${lines.join('\n')}
</urlset>
`;
}

function page(
  { words, help, publicUrl, look = null, base = '' }: HelpFrame,
  {
    title,
    body,
    others,
    query = '',
    found = false,
  }: {
    title: string;
    body: string;
    others: Others;
    query?: string;
    found?: boolean;
  },
): string {
  const { tag } = words;
  const at = (path: string) => escaped(`${publicUrl}${path}`);
  const own = others.find(({ locale }) => locale === tag);
  const [first] = others;
  const head = [
    ...(own ? [`<link rel="canonical" href="${at(own.path)}">`] : []),
    ...others.map(({ locale, path }) => `<link rel="alternate" hreflang="${locale}" href="${at(path)}">`),
    ...(first ? [`<link rel="alternate" hreflang="x-default" href="${at(first.path)}">`] : []),
    `<link rel="alternate" type="application/atom+xml" title="${titleOf(words, look)}" href="/help/${tag}/feed.xml">`,
  ].join('');
  const header = `<header class="top"><a href="/help/${tag}">${look && nameOf(look) ? `${nameOf(look)} ${words.help}` : words.help}</a>
<form class="search" role="search" action="/help/${tag}/search"><input type="search" name="q" maxlength="200" aria-label="${words.searchFor}" value="${escaped(query)}">
<button>${words.search}</button></form>${help.requests ? `<a class="ask" href="/help/${tag}/request">${words.request}</a>` : ''}<a class="mine" href="/tickets">${words.mine}</a></header>`;
  const elsewhere = others
    .filter(({ locale }) => locale !== tag)
    .map(
      ({ locale, path }) =>
        `<li><a href="${escaped(path)}" lang="${locale}" hreflang="${locale}">${helpWords[locale].name}</a></li>`,
    )
    .join('');
  const footer = elsewhere && `<footer><nav aria-label="${words.languages}"><ul>${elsewhere}</ul></nav></footer>`;
  // The footer stands outside of what the page is about.
  const html = documentOf({ tag, title, header, body, head, style: STYLE, found, look });
  const whole = footer ? html.replace('</main>', () => `</main>${footer}`) : html;
  // Links stay with the community, those in answers too. Quotes of texts are escaped: only attributes begin so.
  return base ? whole.replaceAll('="/help', `="${base}/help`) : whole;
}

function treeOf(
  categories: HelpHome['categories'],
  parent: number | null,
  words: HelpWords,
  look: 'topics' | 'list' = 'topics',
): string {
  const items = categories
    .filter(({ parentId }) => parentId === parent)
    .map(({ id, title, answers }) => {
      const link = `<a href="${helpPath('category', words.tag, id, title)}">${escaped(title)}</a>`;
      return `<li>${link} <span class="note">${words.answers(answers)}</span>${treeOf(categories, id, words, 'list')}</li>`;
    });
  return items.length > 0 ? `<ul class="${look}">${items.join('')}</ul>` : '';
}

function linkTo(kind: 'category' | 'answer', locale: HelpLocale, id: number, title: string): string {
  return `<li><a href="${helpPath(kind, locale, id, title)}">${escaped(title)}</a></li>`;
}

function wayTo({ words }: HelpFrame, above: readonly { id: number; title: string }[]): string {
  const links = above.map(({ id, title }) => linkTo('category', words.tag, id, title)).join('');
  return `<nav class="way" aria-label="${words.way}"><ol><li><a href="/help/${words.tag}">${words.help}</a></li>${links}</ol></nav>`;
}

function hitsOf(hits: readonly HelpHit[], beside: (hit: HelpHit) => string = () => ''): string {
  const items = hits.map((hit) => {
    const preview = hit.preview.map(({ text, hit: found }) =>
      found ? `<mark>${escaped(text)}</mark>` : escaped(text),
    );
    const link = `<a href="${helpPath('answer', hit.locale, hit.id, hit.title)}">${escaped(hit.title)}</a>`;
    return `<li>${link}<p>${preview.join('')}</p>${beside(hit)}</li>`;
  });
  return items.length > 0 ? `<ul class="list">${items.join('')}</ul>` : '';
}

function hidden(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`)
    .join('');
}

function complaint(name: FieldOfRequest, wrong: Partial<Record<FieldOfRequest, string>>): string {
  const text = wrong[name];
  return text === undefined ? '' : `<p class="error" id="${name}-wrong">${text}</p>`;
}

function marked(name: FieldOfRequest, wrong: Partial<Record<FieldOfRequest, string>>): string {
  return wrong[name] === undefined ? '' : ` aria-invalid="true" aria-describedby="${name}-wrong"`;
}
