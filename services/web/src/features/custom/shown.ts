import { choicesOf } from './choices.ts';
import type { CustomField } from './queries.ts';

/** A value as lists tell it, by the labels that people know; empty for nothing. */
export function shownText({ data_type: type, data_option }: CustomField, value: unknown, locale: string): string {
  if (value === null || value === undefined || value === '') return '';
  const day = type === 'date' ? new Date(`${String(value)}T00:00:00Z`) : null;
  if (day && !Number.isNaN(day.getTime()))
    return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(day);
  const choices = choicesOf(type, data_option.options);
  const told = (one: unknown) => choices.find((choice) => choice.value === String(one))?.label ?? String(one);
  return Array.isArray(value) ? value.map(told).join(', ') : told(value);
}

/** Of several values none is the one to sort by. */
export const isSortable = ({ data_type: type }: CustomField): boolean => !type.startsWith('multi');
