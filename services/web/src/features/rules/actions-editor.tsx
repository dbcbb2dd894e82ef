import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Alert, Button, Code, Menu, Stack, Text } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { CustomInput } from '../custom/components/custom-input.tsx';
import { type CustomField, customFieldsQuery } from '../custom/queries.ts';
import { LineFields } from './action-fields.tsx';
import classes from './actions-editor.module.css';
import { actionLabels } from './labels.ts';
import { linesOf, newLine, offered, type Perform, type Performer, type PerformLine, prefixOf } from './perform.ts';

interface Props {
  performer: Performer;
  value: Perform;
  onChange: (perform: Perform) => void;
}

const none: readonly CustomField[] = [];
const objects = { ticket: 'Ticket', user: 'User', organization: 'Organization' } as const;

/** What is done, a line for each thing. A line that has no editor is shown as it is stored, and kept. */
export function ActionsEditor({ performer, value, onChange }: Props) {
  const { t, i18n } = useLingui();
  const lines = linesOf(value, performer);
  const { data } = useQuery(customFieldsQuery);
  const prefix = prefixOf(performer);
  const custom = data?.[objects[prefix]] ?? none;
  const rest = offered[performer].filter((name) => !(name in value));
  const restOfCustom = custom.filter(({ name }) => !(`${prefix}.${name}` in value));
  const set = (name: string, line: PerformLine) => onChange({ ...value, [name]: line });
  const remove = (name: string) =>
    onChange(Object.fromEntries(Object.entries(value).filter(([other]) => other !== name)));
  return (
    <fieldset className={classes.lines} aria-label={t`Actions`}>
      {lines.length === 0 && (
        <Text size="sm" c="dimmed">
          {t`Nothing is done yet.`}
        </Text>
      )}
      {lines.map(({ name, known }) => {
        const field = custom.find((one) => `${prefix}.${one.name}` === name);
        const line = (value[name] ?? {}) as PerformLine;
        const label = known ? i18n._(actionLabels[known]) : (field?.display ?? name);
        return (
          <fieldset key={name} className={classes.line} aria-label={label}>
            <div className={classes.head}>
              <span className={classes.name}>{label}</span>
              <ActionIcon variant="subtle" color="gray" aria-label={t`Remove: ${label}`} onClick={() => remove(name)}>
                <IconX size={16} aria-hidden />
              </ActionIcon>
            </div>
            {known ? (
              <LineFields name={known} performer={performer} line={line} onChange={(next) => set(name, next)} />
            ) : field && line.operator !== 'relative' ? (
              <CustomInput
                field={field}
                labelHidden
                value={line.value ?? null}
                onChange={(next) => set(name, { value: next })}
              />
            ) : (
              <Stack gap={4}>
                <Code block>{JSON.stringify(value[name])}</Code>
                <Text size="xs" c="dimmed">
                  {t`This can be kept or removed here, and changed by the API.`}
                </Text>
              </Stack>
            )}
          </fieldset>
        );
      })}
      {'ticket.action' in value && (
        <Alert color="red" variant="light">
          {t`Tickets are deleted for good, with all messages. There is no way back.`}
        </Alert>
      )}
      {'user.action' in value && (
        <Alert color="red" variant="light">
          {t`People are erased for good: their accounts, and their names wherever they stand. There is no way back.`}
        </Alert>
      )}
      {rest.length + restOfCustom.length > 0 && (
        <div>
          <Menu position="bottom-start">
            <Menu.Target>
              <Button variant="default" size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />}>
                {performer === 'template' ? t`Add a field` : t`Add an action`}
              </Button>
            </Menu.Target>
            <Menu.Dropdown mah={340} style={{ overflowY: 'auto' }}>
              {rest.map((name) => (
                <Menu.Item key={name} onClick={() => set(name, newLine(name, performer))}>
                  {i18n._(actionLabels[name])}
                </Menu.Item>
              ))}
              {restOfCustom.length > 0 && <Menu.Label>{t`Custom fields`}</Menu.Label>}
              {restOfCustom.map(({ name, display }) => (
                <Menu.Item key={name} onClick={() => set(`${prefix}.${name}`, { value: null })}>
                  {display}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </div>
      )}
    </fieldset>
  );
}
