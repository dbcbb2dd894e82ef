import {
  FOOTER,
  type Footer,
  footerNames,
  footerOf,
  type House,
  inOwnWords,
  inSystemWords,
  type Letter,
  letterOf,
  type RenderedMail,
} from '../../templates/render.ts';
import type { SourceBlock } from '../../templates/source.ts';
import type { TemplateRow } from './mail-template.ts';
import type { Filled, TemplateEngine } from './ports.ts';
import type { OwnText, TemplateBook } from './template-book.ts';

export interface MailToWrite {
  template: string;
  locale: string;
  values: Readonly<Record<string, string>>;
  house: House;
}

/**
 * Puts mails into words: those that an administrator wrote, else those of the system. A text that cannot be used holds no
 * mail back: it goes in the words of the system, and administrators see why.
 */
export class WriteMails {
  private readonly footers: Footers;

  constructor(
    private readonly book: Pick<TemplateBook, 'of' | 'failed'>,
    private readonly engine: Pick<TemplateEngine, 'fill'>,
  ) {
    this.footers = new Footers(book, engine);
  }

  /**
   * @returns a mail an order, in order
   * @throws AppError invalid, as renderMail
   */
  async run(orders: readonly MailToWrite[]): Promise<RenderedMail[]> {
    const letters: Letter[] = [];
    for (const { template, locale, values, house } of orders) {
      letters.push(await this.footers.below(letterOf(template, locale, values, house)));
    }
    const own = Map.groupBy(letters, ({ template, language, house }) =>
      this.book.of(template, language.tag, house.community),
    );
    const written = new Map<Letter, RenderedMail>();
    for (const [text, theirs] of own) {
      if (!text) continue;
      const filled = await this.engine.fill(
        text.parts,
        theirs.map(({ view }) => view),
      );
      for (const [i, letter] of theirs.entries()) {
        const mail = this.inOwnWords(text, letter, filled[i]);
        if (mail) written.set(letter, mail);
      }
    }
    return letters.map((letter) => written.get(letter) ?? inSystemWords(letter));
  }

  /** Undefined: the text cannot be used for this mail. */
  private inOwnWords({ row, blocks }: OwnText, letter: Letter, filled: Filled | undefined): RenderedMail | undefined {
    if (!filled || !('parts' in filled)) {
      this.book.failed(row, filled?.failed ?? 'It could not be filled in.', filled?.killed ?? true);
      return undefined;
    }
    const mail = mailOf(letter, blocks, filled.parts);
    if (!('failed' in mail)) return mail;
    this.book.failed(row, mail.failed, false);
    return undefined;
  }
}

/** Puts the footer that an administrator wrote below mails; one that cannot be used gives way to that of the system. */
export class Footers {
  /** It says the same in every mail of a house: filled in once, as long as the text is in force. */
  private readonly filled = new WeakMap<TemplateRow, Map<string, Footer | undefined>>();

  constructor(
    private readonly book: Pick<TemplateBook, 'of' | 'failed'>,
    private readonly engine: Pick<TemplateEngine, 'fill'>,
  ) {}

  async below(letter: Letter): Promise<Letter> {
    const { language, house } = letter;
    const own = this.book.of(FOOTER, language.tag, house.community);
    if (!own) return letter;
    const held = this.filled.get(own.row) ?? new Map<string, Footer | undefined>();
    this.filled.set(own.row, held);
    const key = JSON.stringify([house.brand, house.page]);
    if (!held.has(key)) await this.fill(own, house, (footer) => held.set(key, footer));
    const footer = held.get(key);
    return footer ? { ...letter, footer } : letter;
  }

  private async fill(
    { row, blocks, parts }: OwnText,
    house: House,
    keep: (footer: Footer | undefined) => void,
  ): Promise<void> {
    const footer = await filledFooter(this.engine, blocks, parts, house);
    if (!('failed' in footer)) return keep(footer);
    this.book.failed(row, footer.failed, footer.killed);
    // What had to be stopped may only have met a busy machine: it is tried again once it has rested.
    if (!footer.killed) keep(undefined);
  }
}

/** @param parts  as `partsOf` cuts them */
export async function filledFooter(
  engine: Pick<TemplateEngine, 'fill'>,
  blocks: readonly SourceBlock[],
  parts: readonly string[],
  house: House,
): Promise<Footer | { failed: string; killed: boolean }> {
  const view = Object.fromEntries(footerNames.map((name) => [name, house[name]]));
  const [filled] = await engine.fill(parts, [view]);
  if (!filled || !('parts' in filled)) return filled ?? { failed: 'It could not be filled in.', killed: true };
  try {
    return footerOf(blocks, textsOf(blocks, filled.parts.slice(1)));
  } catch (error) {
    return { failed: (error as Error).message, killed: false };
  }
}

/** What belongs to each piece. */
function textsOf(blocks: readonly SourceBlock[], filled: readonly string[]): { text: string; address?: string }[] {
  const rest = [...filled];
  return blocks.map(({ address }) => {
    const text = rest.shift() ?? '';
    return address === undefined ? { text } : { text, address: rest.shift() ?? '' };
  });
}

/** @param parts  filled in, as `partsOf` cuts them */
export function mailOf(
  letter: Letter,
  blocks: readonly SourceBlock[],
  [subject = '', ...rest]: readonly string[],
): RenderedMail | { failed: string } {
  const texts = textsOf(blocks, rest);
  try {
    const mail = inOwnWords(letter, subject, blocks, texts);
    if (mail.subject === '') return { failed: 'It leaves the subject empty.' };
    return texts.some(({ text }) => text.trim() !== '') ? mail : { failed: 'It leaves the mail empty.' };
  } catch (error) {
    return { failed: (error as Error).message };
  }
}
