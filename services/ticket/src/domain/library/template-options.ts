import { AppError } from '@helpmesh/kernel';
import { parseActions, type ReadAttribute } from '../action/action.ts';

/** Fields of the first article, and longest text of each. */
const articleFields: Record<string, number> = {
  'article.body': 100_000,
  'article.subject': 998,
  'article.to': 20_000,
  'article.cc': 20_000,
};
/** How the ticket comes in: the kinds that the form of a new ticket knows. */
const KINDS = ['phone-in', 'phone-out', 'email-out'];

/**
 * What the form of a new ticket begins with, checked: fields of the ticket as a macro sets them, the words of the first
 * article, and `ticket.formSenderType`.
 * @param clean      makes HTML harmless
 * @param attribute  reads values of custom attributes
 * @throws AppError invalid `template.invalid`, and as `parseActions`
 */
export function templateOptions(
  options: object,
  clean: (html: string) => string,
  attribute: ReadAttribute,
): Record<string, unknown> {
  const checked: Record<string, unknown> = {};
  for (const [name, line] of Object.entries(options) as [string, { value?: unknown } | null][]) {
    const max = articleFields[name];
    const value = line?.value;
    if (name === 'ticket.formSenderType') {
      if (!KINDS.includes(String(value))) throw wrong(`"${name}" is one of ${KINDS.join(', ')}.`);
      checked[name] = { value };
    } else if (max === undefined) {
      parseActions({ [name]: line }, ['set', 'assess', 'write', 'appoint', 'wait', 'tag', 'attribute'], attribute);
      checked[name] = line;
    } else {
      if (typeof value !== 'string' || value.length > max)
        throw wrong(`"${name}" needs a text of up to ${max} characters.`);
      checked[name] = { value: name === 'article.body' ? clean(value) : value };
    }
  }
  return checked;
}

function wrong(detail: string): AppError {
  return new AppError('invalid', 'template.invalid', detail);
}
