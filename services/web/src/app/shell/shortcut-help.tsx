import { useLingui } from '@lingui/react/macro';
import { Kbd, Modal, SimpleGrid, Switch, Table, Text, Title } from '@mantine/core';
import type { ActionSection } from '../actions/registry.ts';
import { useRegisteredActions } from '../actions/use-actions.ts';
import { keepChoice } from '../preferences.ts';
import { keptHere } from './kept-here.ts';
import { keyCaps } from './key-caps.ts';
import { useShell } from './store.ts';

const order: ActionSection[] = ['navigation', 'list', 'ticket', 'composer', 'general'];

/** Lists what the registry holds at this moment, so it can never be out of date. */
export function ShortcutHelp() {
  const { t, i18n } = useLingui();
  const { helpOpen, setHelpOpen, shortcuts, setShortcuts } = useShell();
  const actions = useRegisteredActions().filter((action) => action.key);
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
        mb="md"
      />
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
                        <KeyCaps of={action.key ?? ''} />
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

export function KeyCaps({ of }: { of: string }) {
  return (
    <span style={{ whiteSpace: 'nowrap' }}>
      {keyCaps(of).map((cap) => (
        <Kbd key={cap} size="xs" ml={4}>
          {cap}
        </Kbd>
      ))}
    </span>
  );
}
