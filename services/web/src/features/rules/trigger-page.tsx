import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, NumberInput, Radio, Select, Stack, Text } from '@mantine/core';
import { IconPlus, IconWand } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../app/api.ts';
import { problemText } from '../../ui/problem.ts';
import { Section } from '../../ui/section.tsx';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { DeleteButton } from '../admin/components/delete-button.tsx';
import { EditForm } from '../admin/components/edit-form.tsx';
import { RecordList } from '../admin/components/record-list.tsx';
import { RecordPage } from '../admin/components/record-page.tsx';
import type { Field } from '../admin/edit.ts';
import { type Editor, useEditor, useStored } from '../admin/use-editor.ts';
import { ConditionEditor } from '../conditions/condition-editor.tsx';
import type { Selector } from '../conditions/selector.ts';
import { FormProblem } from '../session/components/entry-page.tsx';
import { ActionsEditor } from './actions-editor.tsx';
import type { Perform } from './perform.ts';
import { type Trigger, triggerQuery, triggersQuery } from './queries.ts';
import { NameField, newRule, RestFields, type RuleValues, ruleValuesOf, TimezoneField } from './rule-fields.tsx';
import { RuleItem } from './rule-list.tsx';
import { Prospects, RunLog } from './rule-sections.tsx';

interface Values extends RuleValues {
  activator: Trigger['activator'];
  execution_condition_mode: Trigger['execution_condition_mode'];
  condition: Selector;
  perform: Perform;
}

const newTrigger: Values = {
  ...newRule,
  ...{ activator: 'action', execution_condition_mode: 'selective', condition: {}, perform: {} },
};
const valuesOf = (trigger: Trigger): Values => ({
  ...ruleValuesOf(trigger),
  ...{ activator: trigger.activator, execution_condition_mode: trigger.execution_condition_mode },
  ...{ condition: trigger.condition, perform: trigger.perform },
});
const changes = ['triggers'];

/** In the order in which they run. */
export function TriggersPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(triggersQuery);
  const key = ({ name }: Trigger) => name.toLowerCase();
  const inOrder = data?.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.id - b.id));
  return (
    <AdminPage
      title={t`Triggers`}
      action={
        <Button component={Link} to="/admin/triggers/new" leftSection={<IconPlus size={16} aria-hidden />}>
          {t`New trigger`}
        </Button>
      }
    >
      <Text c="dimmed" size="sm">
        {t`Each does something when something happens to a ticket. They run in this order, by name; each sees what those before it did.`}
      </Text>
      <RecordList
        label={t`Triggers`}
        icon={IconWand}
        records={inOrder?.map((trigger, i) => ({ trigger, place: `${i + 1}.` }))}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`There are no triggers`}
      >
        {({ trigger, place }) => (
          <RuleItem
            key={trigger.id}
            kind="triggers"
            rule={trigger}
            place={place}
            facts={[
              trigger.activator === 'time' ? t`When a time comes` : t`When something is done to a ticket`,
              trigger.note,
            ]
              .filter(Boolean)
              .join(' · ')}
          />
        )}
      </RecordList>
    </AdminPage>
  );
}

export function TriggerPage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/triggers/$id' }).id);
  return (
    <RecordPage query={useQuery(triggerQuery(id))} id={id} up="triggers" title={t`Trigger`}>
      {(trigger) => <Edit trigger={trigger} />}
    </RecordPage>
  );
}

function Edit({ trigger }: { trigger: Trigger }) {
  const { t } = useLingui();
  const { id, name } = trigger;
  const stored = useStored(trigger, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getTrigger', { params: { id } })),
    write: (_, changed) => call('updateTrigger', { params: { id }, body: changed }),
    done: t`The trigger was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="triggers"
      action={
        <DeleteButton
          question={t`${name} will be gone for good. What it did stays, and keeps its name.`}
          done={t`The trigger was deleted.`}
          deed={() => call('deleteTrigger', { params: { id } })}
          gone={triggerQuery(id).queryKey}
          back="/admin/triggers"
          changes={changes}
        />
      }
    >
      <TriggerForm editor={editor} />
      <DryRun values={editor.values} />
      <RunLog kind="triggers" id={id} />
    </AdminPage>
  );
}

export function NewTriggerPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, Trigger>({
    stored: newTrigger,
    write: (values) => call('createTrigger', { body: values }),
    onSaved: ({ id }) => void navigate({ to: '/admin/triggers/$id', params: { id: String(id) }, replace: true }),
    done: t`The trigger was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New trigger`} up="triggers">
      <TriggerForm editor={editor} saveLabel={t`Create the trigger`} />
      <DryRun values={editor.values} />
    </AdminPage>
  );
}

function TriggerForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    ...{ name: t`Name`, active: t`Active`, note: t`Note`, timezone: t`Clock of times in what it writes` },
    ...{ localization: t`Language of what it writes`, disable_notification: t`Agents are not told of what it does` },
    ...{ activator: t`It looks at tickets`, execution_condition_mode: t`How often` },
    ...{ condition: t`Conditions`, perform: t`What it does` },
  };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`Trigger`}>
          <Stack>
            <NameField values={values} set={set} />
            <Radio.Group
              label={labels.activator}
              value={values.activator}
              onChange={(activator) => set({ activator: activator as Values['activator'] })}
            >
              <Stack gap="xs" mt={4}>
                <Radio value="action" label={t`When something is done to a ticket`} />
                <Radio
                  value="time"
                  label={t`When a time comes`}
                  description={t`A pending or due time; ask for it below: “has come”.`}
                />
              </Stack>
            </Radio.Group>
            {values.activator === 'action' && (
              <Select
                label={labels.execution_condition_mode}
                allowDeselect={false}
                data={[
                  {
                    value: 'selective',
                    label: t`When something that the conditions look at has changed, or a message came`,
                  },
                  { value: 'always', label: t`With every change of the ticket` },
                ]}
                value={values.execution_condition_mode}
                onChange={(mode) =>
                  mode && set({ execution_condition_mode: mode as Values['execution_condition_mode'] })
                }
              />
            )}
          </Stack>
        </Section>
        <Section title={labels.condition}>
          <ConditionEditor scope="changes" value={values.condition} onChange={(condition) => set({ condition })} />
        </Section>
        <Section title={labels.perform}>
          <ActionsEditor performer="rule" value={values.perform} onChange={(perform) => set({ perform })} />
        </Section>
        <Section title={t`More`}>
          <Stack>
            <TimezoneField values={values} set={set} label={labels.timezone} />
            <RestFields values={values} set={set} />
          </Stack>
        </Section>
      </Stack>
    </EditForm>
  );
}

/** What the trigger, as it stands in the form, would have done to the past. */
function DryRun({ values }: { values: Values }) {
  const { t, i18n } = useLingui();
  const [days, setDays] = useState(7);
  const tried = useMutation({
    mutationFn: () => call('previewTrigger', { body: { trigger: { ...values, name: values.name || '-' }, days } }),
  });
  const { data } = tried;
  return (
    <Section
      title={t`Dry run`}
      lead={t`What it would have done to the past, by what stands above. Nothing is changed, and nobody is told.`}
    >
      <Group align="flex-end" gap="sm">
        <NumberInput
          label={t`Days back`}
          w={110}
          min={1}
          max={90}
          allowDecimal={false}
          value={days}
          onChange={(next) => typeof next === 'number' && setDays(next)}
        />
        <Button variant="default" loading={tried.isPending} onClick={() => tried.mutate()}>
          {t`Try it`}
        </Button>
      </Group>
      <FormProblem>{tried.isError && problemText(i18n, tried.error)}</FormProblem>
      <div role="status">
        {data && (
          <Text size="sm" mt="sm">
            <Plural value={data.matched} one="It would have run # time" other="It would have run # times" />,{' '}
            <Trans>for {data.looked_at} events looked at.</Trans>{' '}
            {!data.complete && t`Older events were not looked at.`}
          </Text>
        )}
      </div>
      {data && <Prospects examples={data.examples} />}
    </Section>
  );
}
