import type { CustomField, CustomScreen, CustomValues } from './queries.ts';

/** What a field shows: what was just written, else what is stored, else its default. */
export function shownValue(field: CustomField, stored: CustomValues, written: CustomValues): unknown {
  if (Object.hasOwn(written, field.name)) return written[field.name];
  return Object.hasOwn(stored, field.name) ? stored[field.name] : (field.data_option.default ?? null);
}

export const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** Fields that still have to be filled in. */
export function missingFields(
  fields: readonly CustomField[],
  screen: CustomScreen,
  stored: CustomValues,
  written: CustomValues,
): CustomField[] {
  return fields.filter((field) => field[screen].required && isEmpty(shownValue(field, stored, written)));
}

/** An instant in the form of `<input type="datetime-local">`, in the time zone of the browser; empty for none. */
export function localTime(instant: unknown): string {
  const date = typeof instant === 'string' ? new Date(instant) : null;
  if (!date || Number.isNaN(date.getTime())) return '';
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The other way round; null for nothing. */
export function instantOf(local: string): string | null {
  const date = new Date(local);
  return local === '' || Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** Where a value leads: an address that was written down, or the template of the field filled in. Web addresses only. */
export function linkOf(field: Pick<CustomField, 'data_type' | 'data_option'>, value: unknown): string | null {
  if (isEmpty(value) || Array.isArray(value)) return null;
  const { type, linktemplate } = field.data_option;
  const text = String(value);
  const filled =
    typeof linktemplate === 'string' && linktemplate !== ''
      ? linktemplate.replaceAll(/#\{[^}]*\}/g, () => encodeURIComponent(text))
      : type === 'url'
        ? text
        : '';
  return /^https?:\/\/[^\s]+$/i.test(filled) ? filled : null;
}
