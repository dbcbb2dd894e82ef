import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Button, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBolt } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { registry } from '../../../app/actions/registry.ts';
import { useActions } from '../../../app/actions/use-actions.ts';
import { call } from '../../../app/api.ts';
import { withTexts } from '../../../app/i18n.ts';
import { useShell } from '../../../app/shell/store.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { type MacroOutcome, macrosQuery } from '../library.ts';
import type { Ticket } from '../queries.ts';

export interface Macro {
  id: number;
  name: string;
  perform: Record<string, unknown>;
  ux_flow_next_up: string;
}

const MacroPreview = lazy(() =>
  withTexts(() => import('./macro-preview.tsx'), 'work').then((file) => ({ default: file.MacroPreview })),
);

/** So many changes are made without being shown first. */
const MOST_UNSEEN = 3;

/** The macros of this ticket's group: in a menu, and each a command. Nothing where there is none. */
export function MacroMenu({ ticket }: { ticket: Ticket }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { data: all = [] } = useQuery(macrosQuery);
  const [opened, menu] = useDisclosure(false);
  const macros = all.filter(({ group_ids: ids }) => ids.length === 0 || ids.includes(ticket.group_id));
  const apply = useMutation({
    mutationFn: (macro: Macro) =>
      call('applyMacro', { params: { id: ticket.id }, query: { expand: true }, body: { macro_id: macro.id } }),
    onSuccess: (_, macro) => {
      void cache.invalidateQueries({ queryKey: ['tickets'] });
      notifyDone(t`Done: ${macro.name}`);
      if (macro.ux_flow_next_up === 'next_from_overview') registry.run('ticket.next');
      else if (macro.ux_flow_next_up !== 'none')
        void navigate({ to: '/tickets', search: useShell.getState().lastList });
    },
    onError: (error) => notifyProblem(i18n, t`The macro was not run`, error),
  });
  const [shown, setShown] = useState<{ macro: Macro; would: MacroOutcome } | null>(null);
  const look = useMutation({
    mutationFn: (macro: Macro) => call('previewMacro', { params: { id: ticket.id }, body: { macro_id: macro.id } }),
    onSuccess: (would, macro) => {
      if (would.changes.length + would.articles.length > MOST_UNSEEN) setShown({ macro, would });
      else apply.mutate(macro);
    },
    onError: (error) => notifyProblem(i18n, t`The macro was not run`, error),
  });
  // One action may change two fields, a customer and their organization.
  const run = (macro: Macro) =>
    Object.keys(macro.perform).length < MOST_UNSEEN ? apply.mutate(macro) : look.mutate(macro);
  if (macros.length === 0) return null;
  return (
    <>
      {shown && (
        <Suspense fallback={null}>
          <MacroPreview
            {...shown}
            onClose={() => setShown(null)}
            onRun={() => {
              setShown(null);
              apply.mutate(shown.macro);
            }}
          />
        </Suspense>
      )}
      {macros.map((macro) => (
        <MacroCommand key={macro.id} macro={macro} onRun={() => run(macro)} />
      ))}
      <MacrosAction onRun={menu.open} />
      <Menu position="bottom-end" opened={opened} onChange={menu.set}>
        <Menu.Target>
          <Button
            size="compact-sm"
            variant="default"
            ml={6}
            loading={apply.isPending || look.isPending}
            leftSection={<IconBolt size={15} aria-hidden />}
          >
            {t`Macros`}
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
          {macros.map((macro) => (
            <Menu.Item key={macro.id} onClick={() => run(macro)}>
              {macro.name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

function MacrosAction({ onRun }: { onRun: () => void }) {
  useActions([{ id: 'ticket.macros', label: msg`Macros`, section: 'ticket', key: 'm', run: onRun }]);
  return null;
}

function MacroCommand({ macro: { id, name }, onRun }: { macro: Macro; onRun: () => void }) {
  useActions([{ id: `ticket.macro-${id}`, label: msg`Macro: ${name}`, section: 'ticket', run: onRun }]);
  return null;
}
