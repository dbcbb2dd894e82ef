import { useLingui } from '@lingui/react/macro';
import { Select, Stack, Switch, useMantineColorScheme } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { activateLanguage, languageOf, languages } from '../../../app/i18n.ts';
import {
  type AfterClose,
  applyPreferences,
  type PreferencesChange,
  preferencesOf,
  savePreferences,
} from '../../../app/preferences.ts';
import { useShell } from '../../../app/shell/store.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { Section } from '../../../ui/section.tsx';
import { useMe } from '../../session/use-me.ts';

const zones = Intl.supportedValuesOf('timeZone');

/** Each choice counts at once, here and wherever else one is signed in. */
export function LanguageAndLooks() {
  const { t, i18n } = useLingui();
  const { me, agent, may } = useMe();
  const { density, preview, shortcuts, setDensity, setPreview, setShortcuts } = useShell();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const chosen = preferencesOf(me);
  const save = useMutation({
    mutationFn: savePreferences,
    onSuccess: () => notifyDone(t`Your choice is saved.`),
    onError: (error) => notifyProblem(i18n, t`Your choice was not saved`, error),
  });
  const keep = (change: PreferencesChange) => save.mutate(change);
  const speaks = may('user_preferences.language');
  const looks = may('user_preferences.appearance');
  if (!speaks && !looks) return null;
  return (
    <Section title={t`Language and looks`}>
      <Stack maw={360} gap="md">
        {speaks && (
          <>
            <Select
              label={t`Language`}
              description={t`Of these pages, and of mails to you.`}
              data={languages.map(({ code, name }) => ({ value: code, label: name }))}
              value={languageOf(chosen.locale) ?? i18n.locale}
              allowDeselect={false}
              onChange={(code) => {
                const language = languageOf(code ?? undefined);
                if (!language) return;
                void activateLanguage(language, { remember: true });
                keep({ locale: language });
              }}
            />
            <Select
              label={t`Time zone`}
              placeholder={t`That of this device`}
              data={zones}
              value={chosen.timezone ?? null}
              searchable
              clearable
              clearButtonProps={{ 'aria-label': t`Take the time zone of this device` }}
              nothingFoundMessage={t`No time zone has this name`}
              limit={50}
              onChange={(timezone) => {
                void applyPreferences({ preferences: { ...me.preferences, timezone: timezone ?? undefined } });
                keep({ timezone });
              }}
            />
          </>
        )}
        {looks && (
          <>
            <Select
              label={t`Appearance`}
              data={[
                { value: 'auto', label: t`Like the system` },
                { value: 'light', label: t`Light` },
                { value: 'dark', label: t`Dark` },
              ]}
              value={colorScheme}
              allowDeselect={false}
              onChange={(value) => {
                const theme = value === 'light' || value === 'dark' ? value : 'auto';
                setColorScheme(theme);
                keep({ theme });
              }}
            />
            <Select
              label={t`Lines of lists`}
              data={[
                { value: 'comfortable', label: t`Comfortable` },
                { value: 'compact', label: t`Compact` },
              ]}
              value={density}
              allowDeselect={false}
              onChange={(value) => {
                const wished = value === 'compact' ? 'compact' : 'comfortable';
                setDensity(wished);
                keep({ density: wished });
              }}
            />
            <Switch
              label={t`Lists show how the last message begins`}
              description={t`Only in comfortable lines.`}
              checked={preview}
              onChange={({ currentTarget: { checked } }) => {
                setPreview(checked);
                keep({ list_preview: checked });
              }}
            />
            {agent && (
              <Select
                label={t`After closing a ticket`}
                data={[
                  { value: 'stay', label: t`Stay on it` },
                  { value: 'list', label: t`Back to the list` },
                  { value: 'next', label: t`The next ticket of the list` },
                ]}
                value={chosen.after_close ?? 'stay'}
                allowDeselect={false}
                onChange={(after_close) => keep({ after_close: after_close as AfterClose })}
              />
            )}
            <Switch
              label={t`Shortcuts are on`}
              description={t`Single keys work only while no field has the focus.`}
              checked={shortcuts}
              onChange={({ currentTarget: { checked } }) => {
                setShortcuts(checked);
                keep({ shortcuts: checked });
              }}
            />
          </>
        )}
      </Stack>
    </Section>
  );
}
