import { useLingui } from '@lingui/react/macro';
import { PasswordInput, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Section } from '../../ui/section.tsx';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { EditForm } from '../admin/components/edit-form.tsx';
import type { Field } from '../admin/edit.ts';
import { groupsQuery } from '../admin/queries.ts';
import { type Editor, useEditor, useStored } from '../admin/use-editor.ts';
import { kindNames } from './import-labels.ts';
import { type DeskImport, importRows } from './queries.ts';

interface Values {
  kind: DeskImport['kind'];
  address: string;
  sign_in: DeskImport['sign_in'];
  account: string;
  /** Empty: what is kept stays. */
  secret: string;
  group_id: number | null;
  groups: Record<string, number>;
}

const fresh: Values = {
  ...{ kind: 'zammad', address: '', sign_in: 'token', account: '', secret: '', group_id: null, groups: {} },
};
const valuesOf = ({ kind, address, sign_in, account, group_id, groups }: DeskImport): Values => ({
  ...{ kind, address, sign_in, account, secret: '', group_id, groups },
});
const bodyOf = <V extends Partial<Values>>({ secret, group_id, ...rest }: V) => ({
  ...rest,
  ...(secret && { secret }),
  ...(group_id != null && { group_id }),
});
const changes = ['imports'];

export function NewImportPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, DeskImport>({
    stored: fresh,
    write: (values) => importRows.create({ ...values, group_id: values.group_id ?? 0 }),
    onSaved: ({ id }) => void navigate({ to: '/admin/imports/$id', params: { id: String(id) }, replace: true }),
    done: t`The helpdesk was added.`,
    changes,
  });
  return (
    <AdminPage title={t`New import`} up="imports">
      <Form editor={editor} saveLabel={t`Add the helpdesk`} theirs={[]} isNew />
    </AdminPage>
  );
}

/** @param theirs  names of groups there, as far as they are known */
export function ImportSettings({ one, theirs }: { one: DeskImport; theirs: readonly string[] }) {
  const { t } = useLingui();
  const { id } = one;
  const editor = useEditor<Values>({
    stored: useStored(one, valuesOf),
    read: async () => valuesOf(await importRows.get(id)),
    write: (_, changed) => importRows.update(id, bodyOf(changed)),
    done: t`The settings were saved.`,
    changes,
  });
  return <Form editor={editor} theirs={theirs} />;
}

interface FormProps {
  editor: Editor<Values>;
  theirs: readonly string[];
  saveLabel?: string;
  isNew?: boolean;
}

function Form({ editor, theirs, saveLabel, isNew = false }: FormProps) {
  const { t } = useLingui();
  const { values, set } = editor;
  const { kind, address, sign_in, account, secret, group_id, groups } = values;
  const { data: own = [] } = useQuery(groupsQuery);
  const choices = own.map(({ id, name }) => ({ value: String(id), label: name }));
  const labels: Record<Field<Values>, string> = {
    ...{ kind: t`Software`, address: t`Address`, sign_in: t`Sign-in`, account: t`Login of the account there` },
    secret: sign_in === 'token' ? t`Token or API key` : t`Password`,
    ...{ group_id: t`Group here`, groups: t`Groups` },
  };
  const example = kind === 'zammad' ? 'https://desk.example.org' : 'https://example.freshdesk.com';
  const move = (name: string, to: string | null) => {
    const { [name]: _, ...others } = groups;
    set({ groups: to === null ? others : { ...groups, [name]: Number(to) } });
  };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack gap="md">
        <Section
          title={t`Where from`}
          lead={t`The account there has to see everything that is to be brought: an administrator’s does. Nothing is changed there.`}
        >
          <Stack>
            <Select
              label={labels.kind}
              maw={360}
              allowDeselect={false}
              data={Object.entries(kindNames).map(([value, label]) => ({ value, label }))}
              value={kind}
              onChange={(next) => next && set({ kind: next as Values['kind'] })}
            />
            <TextInput
              label={labels.address}
              type="url"
              placeholder={example}
              required
              withAsterisk={false}
              maxLength={500}
              value={address}
              onChange={(event) => set({ address: event.currentTarget.value })}
            />
            <div>
              <Text size="sm" fw={500} id="import-sign-in">
                {labels.sign_in}
              </Text>
              <SegmentedControl
                aria-labelledby="import-sign-in"
                data={[
                  { value: 'token', label: t`Token or API key` },
                  { value: 'password', label: t`Login and password` },
                ]}
                value={sign_in}
                onChange={(next) => set({ sign_in: next as Values['sign_in'] })}
              />
            </div>
            {sign_in === 'password' && (
              <TextInput
                label={labels.account}
                required
                withAsterisk={false}
                maxLength={200}
                autoComplete="off"
                value={account}
                onChange={(event) => set({ account: event.currentTarget.value })}
              />
            )}
            <PasswordInput
              label={labels.secret}
              description={
                isNew
                  ? t`It is kept sealed and not shown again.`
                  : t`One is kept. It is not shown again; an empty field leaves it.`
              }
              required={isNew}
              withAsterisk={false}
              maxLength={2000}
              autoComplete="off"
              value={secret}
              onChange={(event) => set({ secret: event.currentTarget.value })}
            />
          </Stack>
        </Section>
        <Section
          title={t`Where to`}
          lead={
            isNew
              ? t`Tickets go to this group. Once the connection was tested, each group there may be given another.`
              : t`Tickets go to this group, but for those of groups that are named below.`
          }
        >
          <Stack>
            <Select
              label={labels.group_id}
              maw={360}
              required
              withAsterisk={false}
              searchable
              allowDeselect={false}
              data={choices}
              value={group_id === null ? null : String(group_id)}
              onChange={(next) => next && set({ group_id: Number(next) })}
            />
            {theirs.length === 0 && !isNew && (
              <Text size="sm">{t`Test the connection or make a dry run: then the groups of the other helpdesk stand here.`}</Text>
            )}
            {theirs.map((name) => (
              <Select
                key={name}
                label={t`Group “${name}” there becomes`}
                maw={360}
                searchable
                clearable
                placeholder={t`As above`}
                data={choices}
                value={groups[name] === undefined ? null : String(groups[name])}
                onChange={(to) => move(name, to)}
              />
            ))}
          </Stack>
        </Section>
      </Stack>
    </EditForm>
  );
}
