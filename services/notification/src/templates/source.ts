import mustache from 'mustache';
import type { Block, Words } from './words.ts';

/** A mail as an administrator writes it: Liquid in both, and one piece of the mail for each paragraph of the text. */
export interface MailSource {
  subject: string;
  body: string;
}

/** One piece of a text: what kind it is was settled before any value came in. */
export interface SourceBlock {
  kind: Block['kind'] | 'link';
  /** Of its first line in the text, from 1. */
  line: number;
  source: string;
  /** Of a link: its address, Liquid as well. */
  address?: string;
}

const marks: readonly (readonly [string, SourceBlock['kind']])[] = [
  ['>> ', 'verbatim'],
  ['> ', 'quote'],
  ['* ', 'list'],
  ['~ ', 'note'],
];
const BUTTON = /^\[([^\]]+)\](?:\((\S(?:.*\S)?)\))?$/;

/**
 * The pieces of a text. Blank lines part them; `> ` begins a short quotation, `>> ` somebody's own words, `* ` a list,
 * `~ ` small print; `[Words]` on a line is the button of the mail, `[Words](address)` a link.
 */
export function blocksOf(body: string): SourceBlock[] {
  const blocks: SourceBlock[] = [];
  let open: SourceBlock | undefined;
  for (const [i, raw] of body.replaceAll('\r\n', '\n').split('\n').entries()) {
    const line = raw.trimEnd();
    const button = BUTTON.exec(line.trim());
    if (line.trim() === '' || button) open = undefined;
    if (line.trim() === '') continue;
    if (button) {
      const [, label = '', address] = button;
      const kind = address === undefined ? 'action' : 'link';
      blocks.push({ kind, line: i + 1, source: label, ...(address !== undefined && { address }) });
      continue;
    }
    const [mark, kind] = marks.find(([sign]) => line.startsWith(sign)) ?? ['', 'text'];
    const words = line.slice(mark.length);
    if (open?.kind === kind) open.source += `\n${words}`;
    else {
      open = { kind, line: i + 1, source: words };
      blocks.push(open);
    }
  }
  return blocks;
}

/** The words of the system in the same form, for whoever wants to begin with them. */
export function sourceOf({ subject, blocks }: Words): MailSource {
  return { subject: liquidOf(subject), body: blocks.map(paragraphOf).join('\n\n') };
}

function paragraphOf(block: Block): string {
  if (block.kind === 'action') return `[${liquidOf(block.label)}]`;
  const mark = marks.find(([, kind]) => kind === block.kind)?.[0] ?? '';
  return `${mark}${liquidOf(block.text)}`;
}

type Token = [kind: string, value: string, start: number, end: number, inner?: Token[]];

/** Mustache of flat values as Liquid. */
function liquidOf(source: string): string {
  return written(mustache.parse(source) as unknown as Token[]);
}

function written(tokens: readonly Token[]): string {
  let text = '';
  for (let i = 0; i < tokens.length; i += 1) {
    const [kind, value, , , inner = []] = tokens[i] as Token;
    const next = tokens[i + 1];
    if (kind === '#' && next?.[0] === '^' && next[1] === value) {
      text += `{% if ${value} %}${written(inner)}{% else %}${written(next[4] ?? [])}{% endif %}`;
      i += 1;
    } else if (kind === '#') text += `{% if ${value} %}${written(inner)}{% endif %}`;
    else if (kind === '^') text += `{% unless ${value} %}${written(inner)}{% endunless %}`;
    else text += kind === 'name' ? `{{ ${value} }}` : value;
  }
  return text;
}
