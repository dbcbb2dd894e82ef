import { useLingui } from '@lingui/react/macro';
import { Badge, Button, NumberInput, Select, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconStack2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { call } from '../../../app/api.ts';
import { Item, Section } from '../../../ui/section.tsx';
import { agreementsQuery } from '../../federation/queries.ts';
import type { Field } from '../edit.ts';
import { useOwnGroups } from '../own-groups.ts';
import { type CatalogueService, catalogueQuery } from '../queries.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { RecordList } from './record-list.tsx';
import { RecordPage } from './record-page.tsx';

interface Values {
  name: string;
  summary: string;
  agreement_id: number | null;
  position: number;
  active: boolean;
}

const fresh: Values = { name: '', summary: '', agreement_id: null, position: 0, active: true };
const valuesOf = ({ name, summary, agreement_id, position, active }: CatalogueService): Values => ({
  ...{ name, summary, agreement_id, position, active },
});
const bodyOf = <V extends Partial<Values>>({ agreement_id, ...rest }: V) => ({
  ...rest,
  ...(agreement_id != null && { agreement_id }),
});
const changes = ['services'];

/** Those that are one's own to look after: all, or those of one's communities. */
function useCatalogue() {
  const { groups, all } = useOwnGroups('admin.integration');
  const query = useQuery(catalogueQuery);
  const own = query.data?.filter(({ group_id }) => all || groups.some(({ id }) => id === group_id));
  return { ...query, data: own };
}

/** What can be asked for, and where each request goes. */
export function ServicesPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useCatalogue();
  return (
    <AdminPage
      title={t`Service catalogue`}
      action={
        <Button component={Link} to="/admin/services/new" leftSection={<IconPlus size={16} aria-hidden />}>
          {t`New service`}
        </Button>
      }
    >
      <RecordList
        label={t`Service catalogue`}
        icon={IconStack2}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`The catalogue is empty: people choose a group`}
      >
        {({ id, name, summary, agreement, offered }) => (
          <Item
            key={id}
            what={
              <>
                <Link to="/admin/services/$id" params={{ id: String(id) }} className={classes.link}>
                  {name}
                </Link>{' '}
                {!offered && (
                  <Badge size="sm" variant="light" color="gray">
                    {t`Not offered`}
                  </Badge>
                )}
              </>
            }
            facts={[agreement, summary].filter(Boolean).join(' · ')}
          />
        )}
      </RecordList>
    </AdminPage>
  );
}

export function ServicePage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/services/$id' }).id);
  return (
    <RecordPage query={useCatalogue()} id={id} up="services" title={t`Service`}>
      {(service) => <Edit service={service} />}
    </RecordPage>
  );
}

function Edit({ service }: { service: CatalogueService }) {
  const { t } = useLingui();
  const { id, name } = service;
  const editor = useEditor<Values>({
    stored: useStored(service, valuesOf),
    read: async () => valuesOf(await call('getService', { params: { id } })),
    write: (_, changed) => call('updateService', { params: { id }, body: bodyOf(changed) }),
    done: t`The service was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="services"
      action={
        <DeleteButton
          question={t`${name} can no longer be asked for. Tickets keep its name.`}
          done={t`The service was deleted.`}
          deed={() => call('deleteService', { params: { id } })}
          back="/admin/services"
          changes={changes}
        />
      }
    >
      <ServiceForm editor={editor} />
    </AdminPage>
  );
}

export function NewServicePage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, CatalogueService>({
    stored: fresh,
    write: (values) => call('createService', { body: { ...values, agreement_id: values.agreement_id ?? 0 } }),
    onSaved: ({ id }) => void navigate({ to: '/admin/services/$id', params: { id: String(id) }, replace: true }),
    done: t`The service was added.`,
    changes,
  });
  return (
    <AdminPage title={t`New service`} up="services">
      <ServiceForm editor={editor} saveLabel={t`Add the service`} />
    </AdminPage>
  );
}

function ServiceForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const { data: agreements = [] } = useQuery(agreementsQuery);
  const labels: Record<Field<Values>, string> = {
    ...{ name: t`Name`, summary: t`What it is for`, agreement_id: t`Agreement`, position: t`Place in the list` },
    active: t`Active`,
  };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Section
        title={t`Service`}
        lead={t`Whoever opens a ticket may choose it instead of a group. The ticket opens in the group of its agreement.`}
      >
        <Stack>
          <TextInput
            label={labels.name}
            required
            withAsterisk={false}
            maxLength={100}
            value={values.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <Textarea
            label={labels.summary}
            description={t`A sentence that helps to choose it.`}
            autosize
            maxLength={500}
            value={values.summary}
            onChange={(event) => set({ summary: event.currentTarget.value })}
          />
          <Select
            label={labels.agreement_id}
            required
            withAsterisk={false}
            searchable
            allowDeselect={false}
            nothingFoundMessage={t`There is no agreement yet.`}
            data={agreements.map(({ id, name }) => ({ value: String(id), label: name }))}
            value={values.agreement_id === null ? null : String(values.agreement_id)}
            onChange={(id) => id && set({ agreement_id: Number(id) })}
          />
          <NumberInput
            label={labels.position}
            description={t`Lower ones come first, then by name.`}
            w={260}
            min={0}
            allowDecimal={false}
            value={values.position}
            onChange={(next) => set({ position: Number(next) || 0 })}
          />
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
