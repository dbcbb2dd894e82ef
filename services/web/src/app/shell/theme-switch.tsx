import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import { IconCheck, IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { keepChoice } from '../preferences.ts';
import { keptHere } from './kept-here.ts';

export function ThemeSwitch() {
  const { t, i18n } = useLingui();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const themes = [
    { value: 'auto', label: t`Like the system`, icon: IconDeviceDesktop },
    { value: 'light', label: t`Light`, icon: IconSun },
    { value: 'dark', label: t`Dark`, icon: IconMoon },
  ] as const;
  const Current = themes.find(({ value }) => value === colorScheme)?.icon ?? IconDeviceDesktop;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={t`Appearance`} title={t`Appearance`}>
          <Current size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {themes.map(({ value, label, icon: Icon }) => (
          <Menu.RadioItem
            key={value}
            value={value}
            checked={colorScheme === value}
            checkIcon={<IconCheck size={14} aria-hidden />}
            closeMenuOnClick
            rightSection={<Icon size={16} aria-hidden />}
            onChange={() => {
              setColorScheme(value);
              keepChoice('appearance', { theme: value }).catch((error: Error) => keptHere(i18n, error));
            }}
          >
            {label}
          </Menu.RadioItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
