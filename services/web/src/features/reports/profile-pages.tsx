import { useLingui } from '@lingui/react/macro';
import { Badge, Button, Stack, Switch, TextInput } from '@mantine/core';
import { IconPlus, IconReportAnalytics } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Item, Section } from '../../ui/section.tsx';
import classes from '../admin/components/admin-page.module.css';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { DeleteButton } from '../admin/components/delete-button.tsx';
import { EditForm } from '../admin/components/edit-form.tsx';
import { RecordList } from '../admin/components/record-list.tsx';
import { RecordPage } from '../admin/components/record-page.tsx';
import type { Field } from '../admin/edit.ts';
import { type Editor, useEditor, useStored } from '../admin/use-editor.ts';
import { ConditionEditor } from '../conditions/condition-editor.tsx';
import type { Selector } from '../conditions/selector.ts';
import { profileRows, type ReportProfile, reportProfilesQuery } from './queries.ts';

interface Values {
  name: string;
  condition: Selector;
  active: boolean;
}

const newProfile: Values = { name: '', condition: {}, active: true };
const valuesOf = ({ name, condition, active }: ReportProfile): Values => ({ name, condition, active });
const changes = ['reports'];

/** Which tickets reports may be about. */
export function ReportProfilesPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(reportProfilesQuery);
  return (
    <AdminPage
      title={t`Report profiles`}
      up="reports"
      action={
        <Button component={Link} to="/admin/reports/profiles/new" leftSection={<IconPlus size={16} aria-hidden />}>
          {t`New profile`}
        </Button>
      }
    >
      <RecordList
        label={t`Report profiles`}
        icon={IconReportAnalytics}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`There are no report profiles`}
      >
        {({ id, name, active }) => (
          <Item
            key={id}
            what={
              <>
                <Link to="/admin/reports/profiles/$id" params={{ id: String(id) }} className={classes.link}>
                  {name}
                </Link>{' '}
                {!active && (
                  <Badge size="sm" variant="light" color="gray">
                    {t`Inactive`}
                  </Badge>
                )}
              </>
            }
            facts={null}
          />
        )}
      </RecordList>
    </AdminPage>
  );
}

export function ReportProfilePage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/reports/profiles/$id' }).id);
  return (
    <RecordPage query={useQuery(reportProfilesQuery)} id={id} up="reports" title={t`Report profile`}>
      {(profile) => <Edit profile={profile} />}
    </RecordPage>
  );
}

function Edit({ profile }: { profile: ReportProfile }) {
  const { t } = useLingui();
  const { id, name } = profile;
  const editor = useEditor<Values>({
    stored: useStored(profile, valuesOf),
    read: async () => valuesOf(await profileRows.get(id)),
    write: (_, changed) => profileRows.update(id, changed),
    done: t`The report profile was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="reports"
      action={
        <DeleteButton
          question={t`${name} will be gone for good.`}
          done={t`The report profile was deleted.`}
          deed={() => profileRows.remove(id)}
          back="/admin/reports/profiles"
          changes={changes}
        />
      }
    >
      <ProfileForm editor={editor} />
    </AdminPage>
  );
}

export function NewReportProfilePage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, ReportProfile>({
    stored: newProfile,
    write: (values) => profileRows.create(values),
    onSaved: ({ id }) =>
      void navigate({ to: '/admin/reports/profiles/$id', params: { id: String(id) }, replace: true }),
    done: t`The report profile was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New profile`} up="reports">
      <ProfileForm editor={editor} saveLabel={t`Create the profile`} />
    </AdminPage>
  );
}

function ProfileForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = { name: t`Name`, condition: t`Tickets`, active: t`Active` };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`Report profile`}>
          <Stack>
            <TextInput
              label={labels.name}
              required
              withAsterisk={false}
              maxLength={250}
              value={values.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <Switch
              label={labels.active}
              checked={values.active}
              onChange={(event) => set({ active: event.currentTarget.checked })}
            />
          </Stack>
        </Section>
        <Section title={labels.condition} lead={t`As they are now. Without conditions it is about every ticket.`}>
          <ConditionEditor scope="tickets" value={values.condition} onChange={(condition) => set({ condition })} />
        </Section>
      </Stack>
    </EditForm>
  );
}
