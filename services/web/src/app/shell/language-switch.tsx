import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Menu } from '@mantine/core';
import { IconCheck, IconLanguage } from '@tabler/icons-react';
import { activateLanguage, languages } from '../i18n.ts';
import { keepChoice } from '../preferences.ts';
import { keptHere } from './kept-here.ts';

/** @param choices  of those there are; default: all */
export function LanguageSwitch({ choices = languages }: { choices?: readonly (typeof languages)[number][] }) {
  const { t, i18n } = useLingui();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={t`Language`} title={t`Language`}>
          <IconLanguage size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {choices.map(({ code, name }) => (
          <Menu.RadioItem
            key={code}
            lang={code}
            value={code}
            checked={i18n.locale === code}
            checkIcon={<IconCheck size={14} aria-hidden />}
            closeMenuOnClick
            onChange={() => {
              void activateLanguage(code, { remember: true });
              keepChoice('language', { locale: code }).catch((error: Error) => keptHere(i18n, error));
            }}
          >
            {name}
          </Menu.RadioItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
