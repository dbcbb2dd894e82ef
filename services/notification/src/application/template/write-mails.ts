import {
  type House,
  inOwnWords,
  inSystemWords,
  type Letter,
  letterOf,
  type RenderedMail,
} from '../../templates/render.ts';
import type { SourceBlock } from '../../templates/source.ts';
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
  constructor(
    private readonly book: Pick<TemplateBook, 'of' | 'failed'>,
    private readonly engine: Pick<TemplateEngine, 'fill'>,
  ) {}

  /**
   * @returns a mail an order, in order
   * @throws AppError invalid, as renderMail
   */
  async run(orders: readonly MailToWrite[]): Promise<RenderedMail[]> {
    const letters = orders.map(({ template, locale, values, house }) => letterOf(template, locale, values, house));
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

/** @param parts  filled in, as `partsOf` cuts them */
export function mailOf(
  letter: Letter,
  blocks: readonly SourceBlock[],
  [subject = '', ...rest]: readonly string[],
): RenderedMail | { failed: string } {
  const texts = [];
  for (const { address } of blocks) {
    const text = rest.shift() ?? '';
    texts.push(address === undefined ? { text } : { text, address: rest.shift() ?? '' });
  }
  try {
    const mail = inOwnWords(letter, subject, blocks, texts);
    if (mail.subject === '') return { failed: 'It leaves the subject empty.' };
    return texts.some(({ text }) => text.trim() !== '') ? mail : { failed: 'It leaves the mail empty.' };
  } catch (error) {
    return { failed: (error as Error).message };
  }
}
