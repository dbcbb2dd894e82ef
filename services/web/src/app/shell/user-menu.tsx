import { useLingui } from '@lingui/react/macro';
import { Menu, Text, UnstyledButton } from '@mantine/core';
import { IconKeyboard, IconLogout, IconShieldLock, IconUser } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMe } from '../../features/session/use-me.ts';
import { PersonAvatar } from '../../ui/person-avatar.tsx';
import { registry } from '../actions/registry.ts';

export function UserMenu() {
  const { t } = useLingui();
  const { me } = useMe();
  const name = `${me.firstname} ${me.lastname}`.trim() || me.login;
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <UnstyledButton aria-label={t`Account of ${name}`} ml={4}>
          <PersonAvatar name={name} image={me.image} size={30} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Text px="sm" pt={6} size="sm" fw={600} truncate>
          {name}
        </Text>
        <Text px="sm" pb={6} size="xs" c="dimmed" truncate>
          {me.email || me.login}
        </Text>
        <Menu.Divider />
        <Menu.Item component={Link} to="/profile" leftSection={<IconUser size={16} aria-hidden />}>
          {t`Profile`}
        </Menu.Item>
        <Menu.Item component={Link} to="/account" leftSection={<IconShieldLock size={16} aria-hidden />}>
          {t`Account security`}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconKeyboard size={16} aria-hidden />}
          onClick={() => registry.run('general.shortcut-help')}
        >
          {t`Keyboard shortcuts`}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => registry.run('general.sign-out')}>
          {t`Sign out`}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
