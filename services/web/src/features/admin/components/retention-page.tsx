import { Trans, useLingui } from '@lingui/react/macro';
import {
  Badge,
  Button,
  Checkbox,
  Group,
  MultiSelect,
  NumberInput,
  Radio,
  Skeleton,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { call } from '../../../app/api.ts';
import { Ago } from '../../../ui/ago.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { FormProblem } from '../../session/components/entry-page.tsx';
import type { Field } from '../edit.ts';
import {
  groupsQuery,
  type RetentionPreview,
  type RetentionRule,
  type RetentionRun,
  retentionPreviewQuery,
  retentionRulesQuery,
  retentionRunsQuery,
} from '../queries.ts';
import { actionLabels, actionTexts, runLabels, stateTypeLabels } from '../retention-labels.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { AskButton } from './ask-button.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { PersonName } from './person-name.tsx';
import { RecordPage } from './record-page.tsx';

type Values = Pick<RetentionRule, 'name' | 'active' | 'group_ids' | 'state_types' | 'older_than_days' | 'action'>;

const newRule: Values = {
  ...{ name: '', active: false, group_ids: [], state_types: ['closed', 'merged'], older_than_days: 1095 },
  action: 'pseudonymise',
};
const valuesOf = ({ name, active, group_ids, state_types, older_than_days, action }: RetentionRule): Values => ({
  ...{ name, active, group_ids, state_types, older_than_days, action },
});
const changes = ['data-protection'];

export function RetentionRulePage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/data-protection/retention/$id' }).id);
  return (
    <RecordPage query={useQuery(retentionRulesQuery)} id={id} up="data-protection" title={t`Retention rule`}>
      {(rule) => <Edit rule={rule} />}
    </RecordPage>
  );
}

function Edit({ rule }: { rule: RetentionRule }) {
  const { t } = useLingui();
  const { id, name, active } = rule;
  const stored = useStored(rule, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getRetentionRule', { params: { id } })),
    write: (_, changed) => call('updateRetentionRule', { params: { id }, body: changed }),
    done: t`The rule was saved.`,
    changes,
  });
  const preview = useQuery(retentionPreviewQuery(id));
  const count = preview.data ? preview.data.count - preview.data.held : null;
  return (
    <AdminPage
      title={name}
      up="data-protection"
      action={
        <DeleteButton
          question={t`${name} will be gone for good, with the record of its runs. One that is under way stops.`}
          done={t`The rule was deleted.`}
          deed={() => call('deleteRetentionRule', { params: { id } })}
          back="/admin/data-protection"
          changes={changes}
        />
      }
    >
      <RuleForm editor={editor} />
      <Section
        title={t`What it would do now`}
        lead={t`Counted by the rule as it is saved; nothing is changed.`}
        action={
          active && (
            <AskButton
              label={t`Run now`}
              color="red"
              question={
                count === null
                  ? t`There is no way back.`
                  : rule.action === 'delete'
                    ? t`${count} tickets will be deleted. There is no way back.`
                    : t`The people will be taken out of ${count} tickets. There is no way back.`
              }
              done={t`The run was ordered.`}
              deed={() => call('runRetentionRule', { params: { id } })}
              changes={changes}
            />
          )
        }
      >
        {preview.error ? (
          <Failed error={preview.error} onRetry={() => void preview.refetch()} />
        ) : !preview.data ? (
          <Skeleton height={80} aria-label={t`Loading`} />
        ) : (
          <Preview preview={preview.data} />
        )}
      </Section>
      <Runs id={id} />
    </AdminPage>
  );
}

export function NewRetentionRulePage() {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, RetentionRule>({
    stored: newRule,
    write: (values) => call('createRetentionRule', { body: values }),
    onSaved: ({ id }) =>
      void navigate({ to: '/admin/data-protection/retention/$id', params: { id: String(id) }, replace: true }),
    done: t`The rule was created.`,
    changes,
  });
  const tryOut = useMutation({
    mutationFn: ({ name: _, active: __, ...rule }: Values) => call('previewRetention', { body: rule }),
  });
  return (
    <AdminPage title={t`New retention rule`} up="data-protection">
      <RuleForm editor={editor} saveLabel={t`Create the rule`} />
      <Section
        title={t`What it would do now`}
        lead={t`Counted by what stands above; nothing is changed.`}
        action={
          <Button variant="default" loading={tryOut.isPending} onClick={() => tryOut.mutate(editor.values)}>
            {t`Count`}
          </Button>
        }
      >
        <FormProblem>{tryOut.isError && problemText(i18n, tryOut.error)}</FormProblem>
        {tryOut.data && <Preview preview={tryOut.data} />}
      </Section>
    </AdminPage>
  );
}

function RuleForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t, i18n } = useLingui();
  const { data: groups } = useQuery(groupsQuery);
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    ...{ name: t`Name`, active: t`Active`, group_ids: t`Groups`, state_types: t`Which tickets` },
    ...{ older_than_days: t`Days without anything new`, action: t`What becomes of them` },
  };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Section title={t`Rule`} lead={t`An active rule runs every night. What a legal hold keeps stays.`}>
        <Stack>
          <TextInput
            label={labels.name}
            required
            withAsterisk={false}
            maxLength={250}
            value={values.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <MultiSelect
            label={labels.group_ids}
            placeholder={values.group_ids.length === 0 ? t`All groups` : ''}
            data={(groups ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
            value={values.group_ids.map(String)}
            onChange={(ids) => set({ group_ids: ids.map(Number) })}
            searchable
          />
          <Checkbox.Group
            label={labels.state_types}
            value={values.state_types}
            onChange={(types) => set({ state_types: types as Values['state_types'] })}
          >
            <Group mt={4}>
              {(['closed', 'merged'] as const).map((type) => (
                <Checkbox key={type} value={type} label={i18n._(stateTypeLabels[type])} />
              ))}
            </Group>
          </Checkbox.Group>
          <NumberInput
            label={labels.older_than_days}
            description={t`Since it was made, closed, or somebody wrote to or from the customer, whatever was last.`}
            min={1}
            max={36_500}
            allowDecimal={false}
            value={values.older_than_days}
            onChange={(days) => set({ older_than_days: Number(days) })}
          />
          <Radio.Group
            label={labels.action}
            value={values.action}
            onChange={(action) => set({ action: action as Values['action'] })}
          >
            <Stack gap="sm" mt={4}>
              {(['pseudonymise', 'delete'] as const).map((action) => (
                <Radio
                  key={action}
                  value={action}
                  label={i18n._(actionLabels[action])}
                  description={i18n._(actionTexts[action])}
                />
              ))}
            </Stack>
          </Radio.Group>
          <Switch
            label={labels.active}
            checked={values.active}
            onChange={(event) => set({ active: event.currentTarget.checked })}
          />
        </Stack>
      </Section>
    </EditForm>
  );
}

function Preview({ preview: { count, held, examples } }: { preview: RetentionPreview }) {
  const { t } = useLingui();
  return (
    <>
      <Text size="sm" role="status">
        <Trans>
          Tickets: {count}. Kept by a legal hold: {held}.
        </Trans>
      </Text>
      {examples.length > 0 && (
        <ItemList label={t`The first of them`}>
          {examples.map(({ id, number, title, quiet_since: quiet, held: isHeld }) => (
            <Item
              key={id}
              what={
                title === null ? (
                  `#${number}`
                ) : (
                  <Link to="/tickets/$id" params={{ id: String(id) }} className={classes.link}>
                    {`#${number} ${title}`}
                  </Link>
                )
              }
              facts={
                <Trans>
                  quiet since <Ago at={quiet} />
                </Trans>
              }
            >
              {isHeld && (
                <Badge size="sm" variant="default">
                  {t`Kept by a legal hold`}
                </Badge>
              )}
            </Item>
          ))}
        </ItemList>
      )}
    </>
  );
}

function Runs({ id }: { id: number }) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(retentionRunsQuery(id));
  return (
    <Section title={t`Runs`}>
      {error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton height={56} aria-label={t`Loading`} />
      ) : data.length === 0 ? (
        <Text size="sm">{t`It did not run yet.`}</Text>
      ) : (
        <ItemList label={t`Runs`}>
          {data.map((run) => (
            <Run key={run.id} run={run} />
          ))}
        </ItemList>
      )}
    </Section>
  );
}

function Run({
  run: { state, action, created_by_id, created_at, handled, held, failed, problems },
}: {
  run: RetentionRun;
}) {
  const { t, i18n } = useLingui();
  const tickets = problems.map(({ ticket_id: ticket }) => ticket).join(', ');
  return (
    <Item
      what={action === 'delete' ? t`Deleted: ${handled}` : t`Without people: ${handled}`}
      facts={
        <>
          <Trans>
            Kept by a legal hold: {held}. Failed: {failed}.
          </Trans>{' '}
          {problems.length > 0 && <Trans>Tickets that failed, by their id: {tickets}.</Trans>}{' '}
          {created_by_id === null ? (
            t`By the timer`
          ) : (
            <Trans>
              ordered by <PersonName id={created_by_id} />
            </Trans>
          )}{' '}
          <Ago at={created_at} />
        </>
      }
    >
      <Badge size="sm" variant={state === 'finished' ? 'light' : 'default'} color="mesh">
        {i18n._(runLabels[state])}
      </Badge>
    </Item>
  );
}
