import type { MailBrand } from '@helpmesh/contracts';
import { escapeHtml } from './escape.ts';
import type { Language } from './words.ts';

/** A block with its values filled in; `html` is escaped already. */
export interface FilledBlock {
  kind: 'text' | 'quote' | 'verbatim' | 'list' | 'action' | 'note';
  html: string;
  text: string;
  /** Of an action: the address, as text and escaped for an attribute. */
  link?: { text: string; html: string };
}

const font = "-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
const colours = {
  paper: '#ffffff',
  ground: '#f3f5f7',
  ink: '#1c2733',
  faint: '#5b6875',
  line: '#dde3e8',
  brand: '#0b6e6e',
};

/** How the mails of a community look; its picture by its whole address. */
export type MailLook = Pick<MailBrand, 'accent' | 'logo' | 'support' | 'footer'>;

/** What a community has below its mails. */
export function linesBelow(look: Pick<MailLook, 'support' | 'footer'> | undefined): string[] {
  return [look?.support, look?.footer].filter((line) => line != null);
}

/** The same in HTML. */
const htmlBelow = (look: MailLook | undefined): string =>
  linesBelow(look)
    .map((line) => `<br>${escapeHtml(line).replaceAll('\n', '<br>')}`)
    .join('');

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
 * Mail programs drop most of CSS: styles are inline and the frame is a table. The one style block serves the dark
 * scheme where it is understood; where it is not, programs invert the light colours themselves.
 */
export function htmlMail(
  language: Language,
  brand: string,
  footer: string,
  blocks: FilledBlock[],
  look?: MailLook,
): string {
  const { light, dark } = look?.accent ?? { light: colours.brand, dark: '#5fc9c4' };
  const body = blocks.map((block) => htmlBlock(block, language, light)).join('\n');
  const head = look?.logo
    ? `<img src="${escapeHtml(look.logo)}" alt="${brand}" height="40" style="display:block;height:40px;width:auto;max-width:240px;border:0;">`
    : brand;
  return `<!doctype html>
<html lang="${language.tag}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<style>
@media (prefers-color-scheme: dark) {
  .ground { background: #11181f !important; }
  .paper { background: #1a232c !important; border-color: #2d3945 !important; }
  .ink { color: #e6ebef !important; }
  .faint, .faint a { color: #9fadb9 !important; }
  .line { border-color: #3a4855 !important; }
  .brand { color: ${dark} !important; }
  .button { background: ${dark} !important; }
  .button a { color: #0c1a1a !important; }
}
</style>
</head>
<body class="ground" style="margin:0;padding:0;background:${colours.ground};">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="ground" style="background:${colours.ground};">
<tr><td align="center" style="padding:24px 12px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="paper" style="max-width:560px;background:${colours.paper};border:1px solid ${colours.line};border-radius:10px;">
<tr><td class="brand" style="padding:24px 28px 0;font:600 17px/1.3 ${font};color:${light};">${head}</td></tr>
<tr><td class="ink" style="padding:12px 28px 20px;font:400 16px/1.55 ${font};color:${colours.ink};">
${body}
</td></tr>
</table>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;">
<tr><td class="faint" style="padding:14px 28px;font:400 13px/1.5 ${font};color:${colours.faint};">${footer}${htmlBelow(look)}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}

export function textMail(footer: string, blocks: FilledBlock[]): string {
  const parts = blocks.map((block) => {
    if (block.kind === 'action') return `${block.text}:\n${block.link?.text ?? ''}`;
    if (block.kind === 'list') {
      return block.text.split('\n').map(textLine).join('\n');
    }
    if (block.kind === 'quote' || block.kind === 'verbatim') return block.text.replaceAll(/^/gm, '> ');
    return block.text;
  });
  return `${parts.join('\n\n')}\n\n-- \n${footer}\n`;
}

function htmlBlock({ kind, html, link }: FilledBlock, language: Language, accent: string): string {
  switch (kind) {
    case 'text':
      return `<p style="margin:12px 0;">${html}</p>`;
    case 'quote':
      return quotation(html, 'font-weight:600;');
    case 'verbatim':
      return quotation(html, 'white-space:pre-wrap;overflow-wrap:anywhere;');
    case 'list':
      return `<ul style="margin:12px 0;padding-left:20px;">${linesHtml(html, accent)}</ul>`;
    case 'note':
      return `<p class="faint" style="margin:16px 0 8px;font-size:14px;color:${colours.faint};">${html}</p>`;
    case 'action':
      return `<table role="presentation" cellpadding="0" cellspacing="0" style="margin:22px 0 14px;">
<tr><td class="button" style="background:${accent};border-radius:8px;">
<a href="${link?.html ?? ''}" style="display:inline-block;padding:12px 22px;font:600 16px/1.2 ${font};color:#ffffff;text-decoration:none;">${html}</a>
</td></tr>
</table>
<p class="faint" style="margin:0 0 16px;font-size:13px;color:${colours.faint};overflow-wrap:anywhere;">${language.plainLink}<br><a href="${link?.html ?? ''}" style="color:${colours.faint};">${link?.html ?? ''}</a></p>`;
  }
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
      const link = words && `<a class="brand" href="${address}" style="color:${accent};">${words}</a>`;
      return `<li style="margin:6px 0;">${link ?? address}</li>`;
    })
    .join('');
}

function quotation(html: string, style: string): string {
  return `<div class="line" style="margin:14px 0;padding:4px 0 4px 14px;border-left:3px solid ${colours.line};${style}">${html}</div>`;
}
