import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Alert, Badge, Button, Group, Stack } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconForms, IconInfoCircle } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../../../app/api.ts';
import { notifyProblem } from '../../../ui/notify.tsx';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { screensOf } from '../custom-field.ts';
import { useFieldWords } from '../custom-field-labels.ts';
import { customFieldsAdminQuery, type ObjectAttribute, readAnew } from '../queries.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { AskButton } from './ask-button.tsx';
import { RecordList } from './record-list.tsx';

const objects = Object.keys(screensOf) as ObjectAttribute['object'][];
const waits = (one: ObjectAttribute) => one.to_create || one.to_migrate || one.to_config || one.to_delete;

/** The fields that were added to tickets, users, organizations and groups, in the order in which people see them. */
export function CustomFieldsPage() {
  const { t } = useLingui();
  const words = useFieldWords();
  const { data, error, refetch } = useQuery(customFieldsAdminQuery);
  const changes = ['custom-fields'];
  return (
    <AdminPage
      title={t`Custom fields`}
      action={
        <Button component={Link} to="/admin/custom-fields/new" leftSection={<IconForms size={16} aria-hidden />}>
          {t`New field`}
        </Button>
      }
    >
      {data?.some(waits) && (
        <Alert icon={<IconInfoCircle aria-hidden />} title={t`Changes wait to be carried out`}>
          <Stack gap="sm">
            {t`A program prepared them. Nobody sees them until you carry them out.`}
            <Group gap="xs">
              <AskButton
                label={t`Carry them out`}
                done={t`The changes were carried out.`}
                deed={() => call('executeObjectAttributeChanges')}
                changes={changes}
              />
              <AskButton
                label={t`Discard them`}
                variant="subtle"
                done={t`The changes were discarded.`}
                deed={() => call('discardObjectAttributeChanges')}
                changes={changes}
              />
            </Group>
          </Stack>
        </Alert>
      )}
      {data && data.length > 0 ? (
        objects.map((object) => {
          const fields = data.filter((one) => one.object === object);
          return fields.length === 0 ? null : (
            <Section key={object} title={words.objects[object]}>
              <ItemList label={words.objects[object]}>
                {fields.map((field, i) => (
                  <FieldItem key={field.id} field={field} above={fields[i - 1]} below={fields[i + 1]} />
                ))}
              </ItemList>
            </Section>
          );
        })
      ) : (
        <RecordList
          label={t`Custom fields`}
          icon={IconForms}
          records={data}
          error={error}
          onRetry={() => void refetch()}
          narrowed={false}
          none={t`There are no custom fields`}
        >
          {() => null}
        </RecordList>
      )}
    </AdminPage>
  );
}

interface FieldItemProps {
  field: ObjectAttribute;
  above: ObjectAttribute | undefined;
  below: ObjectAttribute | undefined;
}

function FieldItem({ field, above, below }: FieldItemProps) {
  const { t, i18n } = useLingui();
  const words = useFieldWords();
  const cache = useQueryClient();
  const { id, name, display, data_type, active, to_delete, to_create } = field;
  const swap = useMutation({
    mutationFn: async (other: ObjectAttribute) => {
      // Two in one place stand in the order of their names: then one of them has to move in any case.
      const place = other.position === field.position ? other.position + (other === above ? -1 : 1) : other.position;
      await call('updateObjectAttribute', { params: { id: String(id) }, body: { position: Math.max(0, place) } });
      if (place === other.position) {
        await call('updateObjectAttribute', { params: { id: String(other.id) }, body: { position: field.position } });
      }
    },
    onError: (error) => notifyProblem(i18n, t`Nothing was changed`, error),
    onSettled: () => readAnew(cache, ['custom-fields']),
  });
  const move = (other: ObjectAttribute | undefined, label: string, Icon: typeof IconArrowUp) => (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      disabled={!other || swap.isPending}
      onClick={() => other && swap.mutate(other)}
    >
      <Icon size={16} aria-hidden />
    </ActionIcon>
  );
  const mark = to_delete ? t`Will be deleted` : to_create ? t`Prepared` : active ? null : t`Inactive`;
  return (
    <Item
      what={
        <>
          <Link to="/admin/custom-fields/$id" params={{ id: String(id) }} className={classes.link}>
            {display}
          </Link>{' '}
          {mark && (
            <Badge size="sm" variant="light" color={to_delete ? 'red' : 'gray'}>
              {mark}
            </Badge>
          )}
        </>
      }
      facts={`${words.types[data_type] ?? data_type} · ${name}`}
    >
      {move(above, t`Move ${display} up`, IconArrowUp)}
      {move(below, t`Move ${display} down`, IconArrowDown)}
    </Item>
  );
}
