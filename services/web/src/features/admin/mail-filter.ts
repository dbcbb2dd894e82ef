import type { OutputOf, PostmasterAction, PostmasterOperator } from '@helpmesh/contracts';
import type { Endpoints } from '../../app/api.gen.ts';

export type MailFilter = OutputOf<Endpoints['getPostmasterFilter']>;

export const operators = [
  ...(['contains', 'contains not', 'is', 'is not', 'starts with', 'ends with'] as const),
  ...(['matches regex', 'does not match regex'] as const),
] as const satisfies readonly PostmasterOperator[];

export const actions = [
  ...(['x-zammad-ticket-group_id', 'x-zammad-ticket-priority_id', 'x-zammad-ticket-state_id'] as const),
  ...(['x-zammad-ticket-owner_id', 'x-zammad-ticket-customer_id', 'x-zammad-ticket-type'] as const),
  ...(['x-zammad-ticket-tags', 'x-zammad-article-internal', 'x-zammad-out-of-office', 'x-zammad-ignore'] as const),
] as const satisfies readonly PostmasterAction[];

/** What stands for itself: it is done, with no value to choose. */
const plain: readonly PostmasterAction[] = ['x-zammad-article-internal', 'x-zammad-out-of-office', 'x-zammad-ignore'];
export const isPlain = (action: PostmasterAction): boolean => plain.includes(action);

/** Headers that most filters look at; any other can be written. */
export const usualHeaders = ['from', 'to', 'cc', 'subject', 'body', 'reply-to', 'x-spam-flag'];

export interface MatchLine {
  header: string;
  operator: string;
  /** Several, a line for a line, of which one counts. */
  value: string;
}

export interface ActionLine {
  action: PostmasterAction;
  value: string;
  /** Of tags; programs may have them removed. */
  operator?: string;
}

export interface FilterValues {
  name: string;
  match: MatchLine[];
  perform: ActionLine[];
  note: string;
  active: boolean;
}

export const newFilter: FilterValues = {
  name: '',
  match: [{ header: 'from', operator: 'contains', value: '' }],
  perform: [{ action: 'x-zammad-ticket-group_id', value: '' }],
  note: '',
  active: true,
};

export function valuesOf({ name, match, perform, note, active }: MailFilter): FilterValues {
  return {
    name,
    match: Object.entries(match).map(([header, { operator, value }]) => ({
      header,
      operator,
      value: [value].flat().map(String).join('\n'),
    })),
    perform: Object.entries(perform).map(([action, { value, operator }]) => ({
      action: action as PostmasterAction,
      value: value == null ? '' : String(value),
      ...(typeof operator === 'string' && { operator }),
    })),
    note: note ?? '',
    active,
  };
}

export function bodyOf({ match, perform, ...rest }: FilterValues) {
  return {
    ...rest,
    match: Object.fromEntries(
      match.map(({ header, operator, value }) => {
        // A line of an expression may hold anything; what else is compared with may be one of several.
        const texts = value.split('\n').filter((line) => line !== '');
        return [header.trim().toLowerCase(), { operator, value: texts.length > 1 ? texts : (texts[0] ?? '') }];
      }),
    ),
    perform: Object.fromEntries(
      perform.map(({ action, value, operator = 'add' }) => [
        action,
        {
          value: isPlain(action) && value === '' ? 'true' : value,
          ...(action === 'x-zammad-ticket-tags' && { operator }),
        },
      ]),
    ),
  };
}
