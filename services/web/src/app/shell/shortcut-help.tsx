import { useLingui } from '@lingui/react/macro';
import { Alert, Button, Group, Modal, SimpleGrid, Switch, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useMe } from '../../features/session/use-me.ts';
import { type Action, type ActionSection, registry } from '../actions/registry.ts';
import { useRegisteredActions } from '../actions/use-actions.ts';
import { keepChoice, preferencesOf } from '../preferences.ts';
import { keptHere } from './kept-here.ts';
import { KeyCaps, keyCaps } from './key-caps.tsx';
import { holderOf, isOwnKey, KeyChoice } from './key-choice.tsx';
import { useShell } from './store.ts';

const order: ActionSection[] = ['navigation', 'list', 'ticket', 'composer', 'general'];

/** Lists what the registry holds at this moment, so it can never be out of date. */
export function ShortcutHelp() {
  const { t, i18n } = useLingui();
  const { helpOpen, setHelpOpen, shortcuts, setShortcuts } = useShell();
  const { me, may } = useMe();
  const own = preferencesOf(me).shortcut_keys ?? {};
  const actions = useRegisteredActions().filter((action) => action.key || action.id in own);
  const [taken, setTaken] = useState<string>();
  const mayChoose = shortcuts && may('user_preferences.appearance');
  const keep = (keys: Record<string, string>) => {
    setTaken(undefined);
    registry.giveKeys(keys);
    keepChoice('appearance', { shortcut_keys: keys }).catch((error: Error) => keptHere(i18n, error));
  };
  const choose = (action: Action, key: string) => {
    const holder = key && holderOf(key, action);
    if (holder) setTaken(t`${keyCaps(key).join(' ')} is the key of “${i18n._(holder.label)}”.`);
    else keep({ ...own, [action.id]: key });
  };
  const titles: Record<ActionSection, string> = {
    navigation: t`Go to`,
    list: t`Ticket list`,
    ticket: t`Ticket`,
    composer: t`Writing`,
    general: t`Everywhere`,
  };
  return (
    <Modal
      opened={helpOpen}
      onClose={() => setHelpOpen(false)}
      title={t`Keyboard shortcuts`}
      size="lg"
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <Switch
        checked={shortcuts}
        onChange={({ currentTarget: { checked } }) => {
          setShortcuts(checked);
          keepChoice('appearance', { shortcuts: checked }).catch((error: Error) => keptHere(i18n, error));
        }}
        label={t`Shortcuts are on`}
        description={t`Single keys work only while no field has the focus.`}
        mb="xs"
      />
      {mayChoose && (
        <Group justify="space-between" mb="md" mih={30}>
          <Text size="xs" c="dimmed">
            {t`Choose a key to change it: then press another one, G and one more, or ⌫ for none.`}
          </Text>
          {Object.keys(own).length > 0 && (
            <Button size="compact-sm" variant="default" onClick={() => keep({})}>
              {t`The usual keys`}
            </Button>
          )}
        </Group>
      )}
      <div role="status">
        {taken && (
          <Alert color="yellow" variant="light" mb="md">
            {taken}
          </Alert>
        )}
      </div>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
        {order
          .map((section) => ({ section, rows: actions.filter((action) => action.section === section) }))
          .filter(({ rows }) => rows.length > 0)
          .map(({ section, rows }) => (
            <div key={section}>
              <Title order={3} size="sm" mb={4}>
                {titles[section]}
              </Title>
              <Table verticalSpacing={4} horizontalSpacing={0} withRowBorders={false}>
                <Table.Tbody>
                  {rows.map((action) => (
                    <Table.Tr key={action.id}>
                      <Table.Td>
                        <Text size="sm">{i18n._(action.label)}</Text>
                      </Table.Td>
                      <Table.Td ta="right">
                        {mayChoose && isOwnKey(action.key ?? '') ? (
                          <KeyChoice
                            action={action}
                            name={i18n._(action.label)}
                            onChoose={(key) => choose(action, key)}
                          />
                        ) : (
                          <KeyCaps of={action.key ?? ''} />
                        )}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </div>
          ))}
      </SimpleGrid>
    </Modal>
  );
}
