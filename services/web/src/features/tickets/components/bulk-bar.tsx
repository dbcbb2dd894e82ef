import { msg, plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Button, Group, Menu, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useActions } from '../../../app/actions/use-actions.ts';
import { customFieldsQuery } from '../../custom/queries.ts';
import { agentsQuery, nameOf, nobody } from '../../people/queries.ts';
import { useMe } from '../../session/use-me.ts';
import { priorityLabel, stateLabel } from '../labels.ts';
import { macrosQuery } from '../library.ts';
import type { ListState } from '../list-state.ts';
import { groupsQuery, prioritiesQuery, statesQuery } from '../queries.ts';
import type { Selection } from '../selection.ts';
import { isPendingState, isResultState, stateTypeOf } from '../state-type.ts';
import { type JobOrder, useOrderJob } from '../use-order-job.ts';
import classes from './bulk.module.css';
import { BulkDelete, BulkMerge } from './bulk-deeds.tsx';

const CustomForm = lazy(() => import('./bulk-custom.tsx').then((file) => ({ default: file.BulkCustom })));

type Deed = Pick<JobOrder, 'perform' | 'macro_id'>;

interface Props {
  selection: Selection;
  state: ListState;
  /** All tickets of the list. */
  total: number;
  onAll: () => void;
  onClear: () => void;
}

/** What can be done with the chosen tickets of a list. Each choice is carried out at once, and can be taken back, but for deletion. */
export function BulkBar({ selection, state, total, onAll, onClear }: Props) {
  const { t, i18n } = useLingui();
  const { data: states = [] } = useQuery(statesQuery);
  const { data: priorities = [] } = useQuery(prioritiesQuery);
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: agents = [] } = useQuery(agentsQuery);
  const { data: macros = [] } = useQuery(macrosQuery);
  const { data: custom } = useQuery(customFieldsQuery);
  const [asked, setAsked] = useState<'tags' | 'note' | 'custom' | 'merge' | 'delete' | null>(null);
  const count = selection.all ? total : selection.ids.size;
  const order = useOrderJob(() => {
    setAsked(null);
    onClear();
  }, t`The tickets were not changed`);
  const carryOut = (deed: Deed) => {
    const { view, overview, q, group } = state;
    const list = {
      view: overview ?? view,
      ...(q.trim() && { query: q.trim() }),
      ...(group !== null && { group_id: group }),
    };
    const which = selection.all ? { list } : { ticket_ids: [...selection.ids] };
    order.mutate({ ...which, ...deed });
  };
  const { may } = useMe();
  const set = (field: string, value: object) => carryOut({ perform: { [`ticket.${field}`]: value } });
  useActions([
    { id: 'list.clear', label: msg`Choose no ticket`, section: 'list', key: 'Escape', inPalette: false, run: onClear },
  ]);

  const titles = {
    tags: t`Tags of the chosen tickets`,
    note: t`Internal note on the chosen tickets`,
    custom: t`A field of the chosen tickets`,
    merge: t`Merge the chosen tickets`,
    delete: t`Delete the chosen tickets`,
  };
  const owners = [{ id: nobody, label: t`Nobody` }, ...agents.map((one) => ({ id: one.id, label: nameOf(one) }))];
  const menus = [
    {
      label: t`State`,
      items: states
        .filter((one) => !(isResultState(one) || isPendingState(one) || stateTypeOf(one) === 'new'))
        .map((one) => ({ id: one.id, label: stateLabel(i18n, one.name) })),
      run: (id: number) => set('state_id', { value: id }),
    },
    {
      label: t`Priority`,
      items: priorities.map((one) => ({ id: one.id, label: priorityLabel(i18n, one.name) })),
      run: (id: number) => set('priority_id', { value: id }),
    },
    {
      label: t`Group`,
      items: groups.map((one) => ({ id: one.id, label: one.name })),
      run: (id: number) => set('group_id', { value: id }),
    },
    { label: t`Owner`, items: owners, run: (id: number) => set('owner_id', { value: id }) },
    {
      label: t`Macro`,
      items: macros.map((one) => ({ id: one.id, label: one.name })),
      run: (id: number) => carryOut({ macro_id: id }),
    },
  ];
  return (
    <section className={classes.bar} aria-label={t`Chosen tickets`}>
      <span className={classes.count} role="status">
        {plural(count, { one: '# ticket chosen', other: '# tickets chosen' })}
      </span>
      {!selection.all && count < total && (
        <Button size="compact-sm" variant="subtle" onClick={onAll}>
          {t`Choose all ${total} in this list`}
        </Button>
      )}
      {menus
        .filter(({ items }) => items.length > 0)
        .map(({ label, items, run }) => (
          <Menu key={label} position="bottom-start" withinPortal>
            <Menu.Target>
              <Button
                size="compact-sm"
                variant="default"
                disabled={order.isPending}
                rightSection={<IconChevronDown size={14} aria-hidden />}
              >
                {label}
              </Button>
            </Menu.Target>
            <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
              {items.map((item) => (
                <Menu.Item key={item.id} onClick={() => run(item.id)}>
                  {item.label}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        ))}
      <Button size="compact-sm" variant="default" disabled={order.isPending} onClick={() => setAsked('tags')}>
        {t`Tags`}
      </Button>
      <Button size="compact-sm" variant="default" disabled={order.isPending} onClick={() => setAsked('note')}>
        {t`Note`}
      </Button>
      {custom !== undefined && custom.Ticket.length > 0 && (
        <Button size="compact-sm" variant="default" disabled={order.isPending} onClick={() => setAsked('custom')}>
          {t`More fields`}
        </Button>
      )}
      <Button size="compact-sm" variant="default" disabled={order.isPending} onClick={() => setAsked('merge')}>
        {t`Merge`}
      </Button>
      {may('admin') && (
        <Button size="compact-sm" variant="default" disabled={order.isPending} onClick={() => setAsked('delete')}>
          {t`Delete`}
        </Button>
      )}
      <Button size="compact-sm" variant="subtle" color="gray" onClick={onClear}>
        {t`Choose none`}
      </Button>
      <Modal
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={asked ? titles[asked] : ''}
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        {asked === 'tags' ? (
          <TagsForm busy={order.isPending} onRun={(operator, value) => set('tags', { operator, value })} />
        ) : asked === 'custom' ? (
          <Suspense fallback={null}>
            <CustomForm
              fields={custom?.Ticket ?? []}
              busy={order.isPending}
              onRun={(name, value) => set(name, { value })}
            />
          </Suspense>
        ) : asked === 'merge' ? (
          <BulkMerge
            ids={selection.all ? null : selection.ids}
            count={count}
            busy={order.isPending}
            onRun={(value) => carryOut({ perform: { 'ticket.merge': { value } } })}
          />
        ) : asked === 'delete' ? (
          <BulkDelete
            count={count}
            busy={order.isPending}
            onRun={() => carryOut({ perform: { 'ticket.action': { value: 'delete' } } })}
            onCancel={() => setAsked(null)}
          />
        ) : (
          <NoteForm
            busy={order.isPending}
            onRun={(body) => carryOut({ perform: { 'article.note': { body, internal: true } } })}
          />
        )}
      </Modal>
    </section>
  );
}

function TagsForm({ busy, onRun }: { busy: boolean; onRun: (operator: 'add' | 'remove', value: string) => void }) {
  const { t } = useLingui();
  const [value, setValue] = useState('');
  const blank = value.trim() === '';
  return (
    <Stack>
      <TextInput
        label={t`Tags`}
        description={t`Several with commas between them.`}
        data-autofocus
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      <Group justify="flex-end">
        <Button variant="default" disabled={blank} loading={busy} onClick={() => onRun('remove', value)}>
          {t`Remove`}
        </Button>
        <Button disabled={blank} loading={busy} onClick={() => onRun('add', value)}>
          {t`Add`}
        </Button>
      </Group>
    </Stack>
  );
}

function NoteForm({ busy, onRun }: { busy: boolean; onRun: (html: string) => void }) {
  const { t } = useLingui();
  const [value, setValue] = useState('');
  return (
    <Stack>
      <Textarea
        label={t`Text`}
        autosize
        minRows={3}
        data-autofocus
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      <Group justify="flex-end">
        <Button disabled={value.trim() === ''} loading={busy} onClick={() => onRun(asHtml(value))}>
          {t`Add the note`}
        </Button>
      </Group>
    </Stack>
  );
}

function asHtml(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return escaped.replaceAll('\n', '<br>');
}
