import { epochMs } from '@helpmesh/kernel';
import { Moment, render, type TemplateValue, type TemplateValues } from '@helpmesh/kernel/template';
import { knownNames, type RuleObject } from './fields.ts';

type Row = Readonly<Record<string, unknown>>;

/** Of whom a text is, and how custom attributes are read. */
export interface About {
  row: Row;
  /** That of the person. */
  organization?: Row | undefined;
  /** The values of custom attributes of the row as people read them, by name. */
  custom: Readonly<Record<string, string | null>>;
}

export const hasVariables = (text: string): boolean => text.includes('#{');

/** Fills in `#{user.firstname}`, `#{user.organization.name}` or `#{organization.name}`. @param zone  by whose clock times are told */
export function filled(
  text: string,
  object: RuleObject,
  { row, organization, custom }: About,
  { locale, zone }: { locale: string; zone: string },
): string {
  const own = { ...valuesOf(object, row), ...custom };
  const of = organization ? valuesOf('Organization', organization) : {};
  const values: TemplateValues =
    object === 'User' ? { user: { ...own, ...named(row), organization: of }, organization: of } : { organization: own };
  return render(text, 'text', values, { locale, timezone: zone });
}

/** What REST shows of them that is no reference. */
function valuesOf(object: RuleObject, row: Row): TemplateValues {
  return Object.fromEntries(knownNames(object).map((name) => [name, toldOf(row[name])]));
}

function toldOf(value: unknown): TemplateValue {
  if (value instanceof Date) return new Moment(epochMs(value));
  return ['string', 'number', 'boolean'].includes(typeof value) ? (value as string | number | boolean) : null;
}

function named({ firstname, lastname, login }: Row): TemplateValues {
  const name = [firstname, lastname].filter(Boolean).join(' ') || String(login);
  return { name, fullname: name };
}
