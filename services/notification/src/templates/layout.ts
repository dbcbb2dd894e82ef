import type { MailBrand } from '@helpmesh/contracts';
import { escapeHtml } from './escape.ts';
import { pieces } from './layout.gen.ts';
import type { Language } from './words.ts';

/** A block with its values filled in; `html` is escaped already. */
export interface FilledBlock {
  kind: 'text' | 'quote' | 'verbatim' | 'list' | 'action' | 'note' | 'link';
  html: string;
  text: string;
  /** Of an action and a link: the address, as text and escaped for an attribute. */
  link?: { text: string; html: string };
}

const font = "-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
const colours = { faint: '#5b6875', brand: '#0b6e6e' };

/** How the mails of a community look; its picture by its whole address. */
export type MailLook = Pick<MailBrand, 'accent' | 'logo' | 'support' | 'footer'>;

/** What a community has below its mails. */
export function linesBelow(look: Pick<MailLook, 'support' | 'footer'> | undefined): string[] {
  return [look?.support, look?.footer].filter((line) => line != null);
}

/** The same in HTML. */
const htmlBelow = (look: MailLook | undefined): string[] =>
  linesBelow(look).map((line) => escapeHtml(line).replaceAll('\n', '<br>'));

/** What stands above a mail that somebody wrote, in HTML: for whom that was, as mails of the system begin. */
export function headedBy(name: string, look: MailLook): string {
  const colour = look.accent?.light ?? colours.brand;
  const head = headOf(escapeHtml(name), look);
  return head && `<div style="margin-bottom:20px;font:600 17px/1.3 ${font};color:${colour};">${head}</div>`;
}

/** Logo, else name. @param brand  escaped */
function headOf(brand: string, look: MailLook | undefined): string {
  if (!look?.logo) return brand;
  return `<img src="${escapeHtml(look.logo)}" alt="${brand}" height="40" style="display:block;height:40px;width:auto;max-width:240px;border:0;">`;
}

/**
 * What stands below a mail that somebody wrote: who that was for, in small print. Nothing where nothing is to be said.
 * @returns text and HTML to append
 */
export function signedBy(name: string, look: MailLook): { text: string; html: string } {
  const lines = linesBelow(look);
  if (lines.length === 0) return { text: '', html: '' };
  const shown = [name, ...lines].filter((line) => line !== '');
  const colour = look.accent?.light ?? colours.brand;
  const small = `margin-top:24px;padding-top:8px;border-top:2px solid ${colour};font:400 13px/1.5 ${font};color:${colours.faint};`;
  return {
    text: `\n\n${shown.join('\n')}\n`,
    html: `<div style="${small}">${shown.map((line) => escapeHtml(line).replaceAll('\n', '<br>')).join('<br>')}</div>`,
  };
}

/**
 * The layout of every mail, made from MJML at build time (`scripts/layout.mjml`): tables and inline styles for programs
 * that drop most of CSS, and one style block that serves the dark scheme where it is understood.
 * @param brand, footer, blocks  in HTML, escaped
 * @param subject  as text
 */
export function htmlMail(
  { tag, plainLink }: Pick<Language, 'tag' | 'plainLink'>,
  { subject, brand, footer }: { subject: string; brand: string; footer: string },
  blocks: FilledBlock[],
  look?: MailLook,
): string {
  const { light, dark } = look?.accent ?? { light: colours.brand, dark: '#5fc9c4' };
  const values: Values = { TAG: tag, SUBJECT: escapeHtml(subject), LIGHT: light, DARK: dark, HINT: plainLink };
  return [
    filled('begin', values),
    filled('head', { ...values, TEXT: headOf(brand, look) }),
    ...blocks.map((block) => htmlBlock(block, values)),
    filled('end', { ...values, FOOTER: [footer, ...htmlBelow(look)].filter((line) => line !== '').join('<br>') }),
    '',
  ].join('\n');
}

type Piece = keyof typeof pieces;
type Values = Record<string, string>;

/** Text and names of values in turn, of each piece. */
const cut = new Map(Object.entries(pieces).map(([name, source]) => [name, source.split(/%([A-Z]+)%/)]));

function filled(piece: Piece, values: Values): string {
  return (cut.get(piece) as string[]).map((part, i) => (i % 2 === 0 ? part : (values[part] ?? ''))).join('');
}

function htmlBlock({ kind, html, link }: FilledBlock, values: Values): string {
  const TEXT = kind === 'list' ? linesHtml(html, values.LIGHT ?? '') : html;
  return filled(kind, { ...values, TEXT, LINK: link?.html ?? '' });
}

/** @param footer  nothing: there is none */
export function textMail(footer: string, blocks: FilledBlock[]): string {
  const parts = blocks.map((block) => {
    if (block.kind === 'action' || block.kind === 'link') return `${block.text}:\n${block.link?.text ?? ''}`;
    if (block.kind === 'list') {
      return block.text.split('\n').map(textLine).join('\n');
    }
    if (block.kind === 'quote' || block.kind === 'verbatim') return block.text.replaceAll(/^/gm, '> ');
    return block.text;
  });
  return `${parts.join('\n\n')}\n${footer && `\n-- \n${footer}\n`}`;
}

function textLine(line: string): string {
  const [address = '', words] = line.split('\t');
  return words === undefined ? `- ${address}` : `- ${words}\n  ${address}`;
}

/** @param lines  escaped */
function linesHtml(lines: string, accent: string): string {
  return lines
    .split('\n')
    .map((line) => {
      const [address = '', words] = line.split('\t');
      const link = words && `<a href="${address}" style="color:${accent};">${words}</a>`;
      return `<li style="margin:6px 0;">${link ?? address}</li>`;
    })
    .join('');
}
