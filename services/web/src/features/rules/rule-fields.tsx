import { useLingui } from '@lingui/react/macro';
import { Select, Switch, Textarea, TextInput } from '@mantine/core';

/** What triggers and schedules have in common beside conditions and actions. */
export interface RuleValues {
  name: string;
  active: boolean;
  disable_notification: boolean;
  localization: string | null;
  timezone: string | null;
  note: string | null;
}

export const newRule: RuleValues = {
  ...{ name: '', active: true, disable_notification: false, localization: null, timezone: null, note: null },
};

export const ruleValuesOf = (rule: RuleValues): RuleValues => ({
  ...{ name: rule.name, active: rule.active, disable_notification: rule.disable_notification },
  ...{ localization: rule.localization, timezone: rule.timezone, note: rule.note },
});

interface Props {
  values: RuleValues;
  set: (part: Partial<RuleValues>) => void;
}

export function NameField({ values, set }: Props) {
  const { t } = useLingui();
  return (
    <TextInput
      label={t`Name`}
      required
      withAsterisk={false}
      maxLength={250}
      value={values.name}
      onChange={(event) => set({ name: event.currentTarget.value })}
    />
  );
}

/** The languages that texts are written in. */
const languages = ['en', 'de', 'fr', 'pl'];

export function RestFields({ values, set }: Props) {
  const { t, i18n } = useLingui();
  const names = new Intl.DisplayNames(i18n.locale, { type: 'language' });
  const { localization } = values;
  // A locale of another kind, set by the API, stays.
  const shown = [...new Set([...languages, ...(localization && localization !== 'system' ? [localization] : [])])];
  return (
    <>
      <Select
        label={t`Language of what it writes`}
        placeholder={t`That of the customer`}
        clearable
        clearButtonProps={{ 'aria-label': t`That of the customer` }}
        data={shown.map((code) => ({ value: code, label: names.of(code) ?? code }))}
        value={localization === 'system' ? null : localization}
        onChange={(code) => set({ localization: code })}
      />
      <Textarea
        label={t`Note`}
        autosize
        maxLength={1000}
        value={values.note ?? ''}
        onChange={(event) => set({ note: event.currentTarget.value || null })}
      />
      <Switch
        label={t`Agents are not told of what it does`}
        checked={values.disable_notification}
        onChange={(event) => set({ disable_notification: event.currentTarget.checked })}
      />
      <Switch
        label={t`Active`}
        checked={values.active}
        onChange={(event) => set({ active: event.currentTarget.checked })}
      />
    </>
  );
}

const zones = Intl.supportedValuesOf('timeZone');

export function TimezoneField({ values, set, label }: Props & { label: string }) {
  const { t } = useLingui();
  const { timezone } = values;
  const known = timezone && timezone !== 'system' && !zones.includes(timezone) ? [timezone, ...zones] : zones;
  return (
    <Select
      label={label}
      placeholder={t`Where the desk is`}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t`Where the desk is` }}
      limit={60}
      data={known}
      value={timezone === 'system' ? null : timezone}
      onChange={(zone) => set({ timezone: zone })}
    />
  );
}
