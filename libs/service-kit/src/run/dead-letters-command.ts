import { AppError } from '@helpmesh/kernel';
import type { DeadLetter, DeadLetters } from '@helpmesh/messaging';

const CAUSE_WIDTH = 100;

/**
 * `dead-letters` of a service's command line: `list`, `show <id>`, `replay <id>`, `replay all`.
 * @returns what to print
 * @throws AppError invalid, `dead-letter.usage`; not-found, `dead-letter.unknown`
 */
export async function deadLettersCommand(letters: DeadLetters, words: readonly string[]): Promise<string> {
  const [verb = 'list', which = ''] = words;
  if (verb === 'list') return table(await letters.list({ limit: 1000 }));
  if (verb === 'replay' && which === 'all') return `${await letters.replayAll()} replayed\n`;
  const id = Number(which);
  if (verb === 'replay' && Number.isInteger(id) && id > 0) {
    await letters.replay(id);
    return `${id} replayed\n`;
  }
  if (verb === 'show') {
    const letter = (await letters.list({ limit: 10_000, replayed: true })).find((one) => one.id === id);
    if (letter) return `${JSON.stringify(letter, null, 2)}\n`;
    throw new AppError('not-found', 'dead-letter.unknown', 'There is no such dead letter.');
  }
  throw new AppError('invalid', 'dead-letter.usage', 'Say "list", "show <id>", "replay <id>" or "replay all".');
}

function table(letters: DeadLetter[]): string {
  if (letters.length === 0) return 'no dead letters\n';
  return letters
    .map(({ id, diedAt, consumer, subject, tries, cause }) => {
      const why = cause.replaceAll(/\s+/g, ' ').slice(0, CAUSE_WIDTH);
      return `${id}  ${diedAt.toISOString()}  ${consumer}  ${subject}  ${tries} tries  ${why}\n`;
    })
    .join('');
}
