import { useLingui } from '@lingui/react/macro';
import { MultiSelect, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Section } from '../../ui/section.tsx';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { DeleteButton } from '../admin/components/delete-button.tsx';
import { EditForm } from '../admin/components/edit-form.tsx';
import { Loading } from '../admin/components/loading.tsx';
import { RecordPage } from '../admin/components/record-page.tsx';
import type { Field } from '../admin/edit.ts';
import { rolesQuery } from '../admin/queries.ts';
import { type Editor, useEditor, useStored } from '../admin/use-editor.ts';
import { useMe } from '../session/use-me.ts';
import { localeNames } from './labels.ts';
import {
  type CategoryBody,
  categoryRows,
  type Help,
  type HelpCategory,
  type HelpLocale,
  helpKey,
  helpQuery,
  titleIn,
} from './queries.ts';
import { RolePermissions } from './role-permissions.tsx';

interface Values {
  titles: Partial<Record<HelpLocale, string>>;
  parent_id: number | null;
  internal: boolean;
  role_ids: number[];
}

const fresh: Values = { titles: {}, parent_id: null, internal: false, role_ids: [] };
const valuesOf = ({ translations, parent_id, internal, role_ids }: HelpCategory): Values => ({
  titles: Object.fromEntries(translations.map(({ locale, title }) => [locale, title])),
  ...{ parent_id, internal, role_ids },
});
const bodyOf = ({ titles, ...rest }: Partial<Values>): CategoryBody => ({
  ...rest,
  ...(titles && {
    translations: Object.entries(titles).map(([locale, title]) => ({ locale: locale as HelpLocale, title })),
  }),
});

export function CategoryPage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/knowledge-base/categories/$id' }).id);
  const query = useQuery(helpQuery);
  return (
    <RecordPage query={{ ...query, data: query.data?.categories }} id={id} up="knowledge-base" title={t`Category`}>
      {(category) => query.data && <Edit category={category} help={query.data} />}
    </RecordPage>
  );
}

function Edit({ category, help }: { category: HelpCategory; help: Help }) {
  const { t, i18n } = useLingui();
  const name = titleIn(category.translations, i18n.locale, help.base.locales[0] ?? 'en');
  const editor = useEditor<Values>({
    stored: useStored(category, valuesOf),
    read: async () => valuesOf(await categoryRows.get(category.id)),
    write: (_, changed) => categoryRows.update(category.id, bodyOf(changed)),
    done: t`The category was saved.`,
    changes: helpKey,
  });
  return (
    <AdminPage
      title={name}
      up="knowledge-base"
      action={
        <DeleteButton
          question={t`${name} will be gone for good. Only what holds nothing can be deleted.`}
          done={t`The category was deleted.`}
          deed={() => categoryRows.remove(category.id)}
          back="/admin/knowledge-base"
          changes={helpKey}
        />
      }
    >
      <CategoryForm editor={editor} help={help} own={category.id} />
      <RolePermissions category={category.id} />
    </AdminPage>
  );
}

export function NewCategoryPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { data } = useQuery(helpQuery);
  const editor = useEditor<Values>({
    stored: fresh,
    write: (values) => categoryRows.create(bodyOf(values)),
    onSaved: () => void navigate({ to: '/admin/knowledge-base' }),
    done: t`The category was created.`,
    changes: helpKey,
  });
  if (!data) return <Loading />;
  return (
    <AdminPage title={t`New category`} up="knowledge-base">
      <CategoryForm editor={editor} help={data} own={null} saveLabel={t`Create the category`} />
    </AdminPage>
  );
}

interface FormProps {
  editor: Editor<Values>;
  help: Help;
  own: number | null;
  saveLabel?: string;
}

function CategoryForm({ editor, help, own, saveLabel }: FormProps) {
  const { t, i18n } = useLingui();
  const { may } = useMe();
  const { data: roles = [] } = useQuery({ ...rolesQuery, enabled: may('admin.role') });
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    ...{ titles: t`Title`, parent_id: t`Below`, internal: t`Not public`, role_ids: t`Only for these roles` },
  };
  const { base, categories } = help;
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Section title={t`Category`}>
        <Stack>
          {base.locales.map((locale) => (
            <TextInput
              key={locale}
              label={`${labels.titles} (${localeNames[locale]})`}
              maxLength={250}
              value={values.titles[locale] ?? ''}
              onChange={(event) => set({ titles: { ...values.titles, [locale]: event.currentTarget.value } })}
            />
          ))}
          <Select
            label={labels.parent_id}
            placeholder={t`Nothing: at the top`}
            clearable
            clearButtonProps={{ 'aria-label': t`Choose nothing` }}
            data={categories
              .filter(({ id }) => id !== own)
              .map(({ id, translations }) => ({
                value: String(id),
                label: titleIn(translations, i18n.locale, base.locales[0] ?? 'en'),
              }))}
            value={values.parent_id === null ? null : String(values.parent_id)}
            onChange={(chosen) => set({ parent_id: chosen === null ? null : Number(chosen) })}
          />
          <Switch
            label={labels.internal}
            description={t`Neither it nor what is below it stands on public pages.`}
            checked={values.internal}
            onChange={(event) => set({ internal: event.currentTarget.checked })}
          />
          {may('admin.role') && (
            <MultiSelect
              label={labels.role_ids}
              description={t`With some it is closed to all others, and to the public. None: everybody of the desk.`}
              data={roles.map(({ id, name }) => ({ value: String(id), label: name }))}
              value={values.role_ids.map(String)}
              onChange={(ids) => set({ role_ids: ids.map(Number) })}
            />
          )}
        </Stack>
      </Section>
    </EditForm>
  );
}
