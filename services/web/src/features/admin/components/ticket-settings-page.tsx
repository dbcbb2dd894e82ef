import { useLingui } from '@lingui/react/macro';
import { Select, Stack, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { useUndoChoices } from '../../tickets/use-undo-choices.ts';
import type { Field } from '../edit.ts';
import { type DeskSettings, deskSettingsQuery } from '../queries.ts';
import { useEditor, useStored } from '../use-editor.ts';
import { AdminPage } from './admin-page.tsx';
import { EditForm } from './edit-form.tsx';
import { ImportRows } from './import-rows.tsx';
import { Loading } from './loading.tsx';
import { NumberScheme } from './number-scheme.tsx';

type Values = Pick<DeskSettings, 'undo_send_seconds' | 'auto_assign'>;
const valuesOf = ({ undo_send_seconds, auto_assign }: DeskSettings): Values => ({ undo_send_seconds, auto_assign });

/** How agents work on tickets here. */
export function TicketSettingsPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(deskSettingsQuery);
  if (!data && !error) return <Loading />;
  return (
    <AdminPage title={t`Working on tickets`}>
      {data ? <Settings settings={data} /> : <Failed error={error} onRetry={() => void refetch()} />}
      <NumberScheme />
      <Section
        title={t`Tickets in files`}
        lead={t`Tickets of the past are read from a CSV file while the ticket service runs in import mode (HELPMESH_IMPORT_MODE=true). Their customers have to be there already.`}
        action={<ImportRows of="tickets" />}
      >
        {null}
      </Section>
    </AdminPage>
  );
}

function Settings({ settings }: { settings: DeskSettings }) {
  const { t } = useLingui();
  const stored = useStored(settings, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getDeskSettings')),
    write: (_, changed) => call('updateDeskSettings', { body: changed }),
    done: t`The settings were saved.`,
    changes: ['desk-settings'],
  });
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    undo_send_seconds: t`Time to take a reply back`,
    auto_assign: t`Whoever opens a ticket of nobody becomes its owner`,
  };
  return (
    <EditForm editor={editor} labels={labels}>
      <Stack>
        <Section
          title={t`Sending`}
          lead={t`Replies from the browser wait so long, and their authors can take them back. Everybody may choose another time for themselves.`}
        >
          <Select
            label={labels.undo_send_seconds}
            maw={320}
            allowDeselect={false}
            data={useUndoChoices(values.undo_send_seconds)}
            value={String(values.undo_send_seconds)}
            onChange={(value) => set({ undo_send_seconds: Number(value) })}
          />
        </Section>
        <Section
          title={t`Assignment`}
          lead={t`For agents with full access to the group, while the ticket is new or open.`}
        >
          <Switch
            label={labels.auto_assign}
            checked={values.auto_assign}
            onChange={(event) => set({ auto_assign: event.currentTarget.checked })}
          />
        </Section>
      </Stack>
    </EditForm>
  );
}
