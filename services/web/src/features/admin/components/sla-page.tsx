import { useLingui } from '@lingui/react/macro';
import { NumberInput, Radio, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import { ConditionEditor } from '../../conditions/condition-editor.tsx';
import type { Selector } from '../../conditions/selector.ts';
import { calendarValues } from '../calendar.ts';
import type { Field } from '../edit.ts';
import { useOwnGroups } from '../own-groups.ts';
import { calendarsQuery, type Sla, slasQuery } from '../queries.ts';
import { usePromises } from '../sla-promises.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { DueSimulator } from './calendar-preview.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { Loading } from './loading.tsx';
import { RecordPage } from './record-page.tsx';
import { SlaProgress } from './sla-progress.tsx';

interface Values {
  name: string;
  calendar_id: number | null;
  first_response_time: number | null;
  response_time: number | null;
  update_time: number | null;
  solution_time: number | null;
  condition: Selector;
}

const newSla: Values = {
  ...{ name: '', calendar_id: null, condition: {} },
  ...{ first_response_time: null, response_time: null, update_time: null, solution_time: null },
};
const valuesOf = (sla: Sla): Values => ({
  ...{ name: sla.name, calendar_id: sla.calendar_id, condition: sla.condition },
  ...{ first_response_time: sla.first_response_time, response_time: sla.response_time },
  ...{ update_time: sla.update_time, solution_time: sla.solution_time },
});
const changes = ['slas'];

export function SlaPage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/slas/$id' }).id);
  return (
    <RecordPage query={useQuery(slasQuery)} id={id} up="slas" title={t`SLA`}>
      {(sla) => <Edit sla={sla} />}
    </RecordPage>
  );
}

function Edit({ sla }: { sla: Sla }) {
  const { t } = useLingui();
  const { id, name } = sla;
  const stored = useStored(sla, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getSla', { params: { id } })),
    write: (_, changed) => call('updateSla', { params: { id }, body: changed }),
    done: t`The SLA was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="slas"
      action={
        <DeleteButton
          question={t`${name} will be gone for good. Its tickets get the due times of the next SLA that is for them.`}
          done={t`The SLA was deleted.`}
          deed={() => call('deleteSla', { params: { id } })}
          back="/admin/slas"
          changes={changes}
        />
      }
    >
      <SlaProgress />
      <SlaForm editor={editor} />
    </AdminPage>
  );
}

export function NewSlaPage() {
  const { groups, all } = useOwnGroups('admin.sla');
  if (all) return <Add stored={newSla} />;
  // An SLA of a community is for its groups, and has to say so.
  if (groups.length === 0) return <Loading />;
  const condition = { 'ticket.group_id': { operator: 'is', value: groups.map(({ id }) => String(id)) } };
  return <Add stored={{ ...newSla, condition }} />;
}

function Add({ stored }: { stored: Values }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, Sla>({
    stored,
    write: (values) => call('createSla', { body: values }),
    onSaved: ({ id }) => void navigate({ to: '/admin/slas/$id', params: { id: String(id) }, replace: true }),
    done: t`The SLA was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New SLA`} up="slas">
      <SlaForm editor={editor} saveLabel={t`Create the SLA`} />
    </AdminPage>
  );
}

function SlaForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const { data: calendars = [] } = useQuery(calendarsQuery);
  const promises = usePromises()(values);
  const calendar = calendars.find(({ id, default: isDefault }) =>
    values.calendar_id === null ? isDefault : id === values.calendar_id,
  );
  const labels: Record<Field<Values>, string> = {
    ...{ name: t`Name`, calendar_id: t`Calendar`, condition: t`Conditions`, solution_time: t`Solution` },
    ...{ first_response_time: t`First response`, response_time: t`Response to the customer` },
    update_time: t`Regular update`,
  };
  const minutes = values.response_time ?? values.update_time;
  // Which of the two is chosen shows also while it has no time yet.
  const [kind, setKind] = useState<'response_time' | 'update_time'>(
    values.update_time === null ? 'response_time' : 'update_time',
  );
  const setUpdates = (which: typeof kind, time: number | null) =>
    set({ response_time: null, update_time: null, [which]: time });
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`SLA`} lead={t`A ticket gets the first SLA by name whose conditions pick it.`}>
          <div className={classes.columns}>
            <TextInput
              label={labels.name}
              required
              withAsterisk={false}
              maxLength={250}
              value={values.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <Select
              label={labels.calendar_id}
              allowDeselect={false}
              data={calendars.map(({ id, name }) => ({ value: String(id), label: name }))}
              value={calendar ? String(calendar.id) : null}
              onChange={(id) => id && set({ calendar_id: Number(id) })}
            />
          </div>
        </Section>
        <Section
          title={t`What is promised`}
          lead={t`In hours and minutes of the calendar's open time; what is empty is not promised.`}
        >
          <Stack>
            <Duration
              label={labels.first_response_time}
              value={values.first_response_time}
              onChange={(first_response_time) => set({ first_response_time })}
            />
            <Radio.Group
              label={t`Updates`}
              value={kind}
              onChange={(chosen) => {
                const which = chosen === 'update_time' ? 'update_time' : 'response_time';
                setKind(which);
                setUpdates(which, minutes);
              }}
            >
              <Stack gap={6} mt={4}>
                <Radio value="response_time" label={t`From the customer's words to the agent's`} />
                <Radio value="update_time" label={t`From one of the agent's words to the next`} />
              </Stack>
            </Radio.Group>
            <Duration label={labels[kind]} value={minutes} onChange={(time) => setUpdates(kind, time)} />
            <Duration
              label={labels.solution_time}
              value={values.solution_time}
              onChange={(solution_time) => set({ solution_time })}
            />
          </Stack>
        </Section>
        <Section title={labels.condition} lead={t`One without conditions is for the tickets that no other SLA is for.`}>
          <ConditionEditor scope="slas" value={values.condition} onChange={(condition) => set({ condition })} />
        </Section>
        {calendar && (
          <Section title={t`What it would mean`} lead={t`By what stands above; nothing is saved.`}>
            <DueSimulator calendar={calendarValues(calendar)} promises={promises} />
          </Section>
        )}
      </Stack>
    </EditForm>
  );
}

interface DurationProps {
  label: string;
  /** Minutes; null for none. */
  value: number | null;
  onChange: (value: number | null) => void;
}

function Duration({ label, value, onChange }: DurationProps) {
  const { t } = useLingui();
  const hours = value === null ? '' : Math.floor(value / 60);
  const rest = value === null ? '' : value % 60;
  const change = (nextHours: string | number, nextMinutes: string | number) => {
    const total = Number(nextHours) * 60 + Number(nextMinutes);
    onChange(total > 0 ? total : null);
  };
  return (
    <fieldset className={classes.plain}>
      <legend style={{ fontSize: 'var(--mantine-font-size-sm)', fontWeight: 600, padding: 0 }}>{label}</legend>
      <div style={{ display: 'flex', gap: 8, marginBlockStart: 4 }}>
        <NumberInput
          aria-label={t`${label}: hours`}
          placeholder={t`h`}
          suffix={` ${t`h`}`}
          allowDecimal={false}
          allowNegative={false}
          max={99_999}
          w={110}
          value={hours}
          onChange={(next) => change(next, rest)}
        />
        <NumberInput
          aria-label={t`${label}: minutes`}
          placeholder={t`min`}
          suffix={` ${t`min`}`}
          allowDecimal={false}
          allowNegative={false}
          max={59}
          w={110}
          value={rest}
          onChange={(next) => change(hours, next)}
        />
      </div>
    </fieldset>
  );
}
