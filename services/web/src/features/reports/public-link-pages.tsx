import { useLingui } from '@lingui/react/macro';
import { Badge, Button, Checkbox, Group, NumberInput, Stack, Switch, TextInput } from '@mantine/core';
import { IconExternalLink, IconPlus } from '@tabler/icons-react';
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
import { linkRows, type PublicLink, publicLinksQuery } from './queries.ts';

type Values = Pick<PublicLink, 'link' | 'title' | 'screen' | 'new_tab' | 'prio'> & { description: string };

const valuesOf = ({ link, title, description, screen, new_tab, prio }: PublicLink): Values => ({
  ...{ link, title, description: description ?? '', screen, new_tab, prio },
});
const changes = ['public-links'];

function useScreens() {
  const { t } = useLingui();
  return { login: t`Signing in`, signup: t`Signing up`, password_reset: t`Forgotten password` };
}

/** Links on the pages that strangers see, an imprint for example. */
export function PublicLinksPage() {
  const { t, i18n } = useLingui();
  const screens = useScreens();
  const { data, error, refetch } = useQuery(publicLinksQuery);
  return (
    <AdminPage
      title={t`Public links`}
      action={
        <Button component={Link} to="/admin/public-links/new" leftSection={<IconPlus size={16} aria-hidden />}>
          {t`New link`}
        </Button>
      }
    >
      <RecordList
        label={t`Public links`}
        icon={IconExternalLink}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`There are no public links`}
      >
        {({ id, title, link, screen }) => (
          <Item
            key={id}
            what={
              <>
                <Link to="/admin/public-links/$id" params={{ id: String(id) }} className={classes.link}>
                  {title}
                </Link>{' '}
                {screen.length === 0 && (
                  <Badge size="sm" variant="light" color="gray">
                    {t`Shown nowhere`}
                  </Badge>
                )}
              </>
            }
            facts={[link, new Intl.ListFormat(i18n.locale).format(screen.map((one) => screens[one]))]
              .filter(Boolean)
              .join(' · ')}
          />
        )}
      </RecordList>
    </AdminPage>
  );
}

export function PublicLinkPage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/public-links/$id' }).id);
  return (
    <RecordPage query={useQuery(publicLinksQuery)} id={id} up="public-links" title={t`Public link`}>
      {(link) => <Edit link={link} />}
    </RecordPage>
  );
}

function Edit({ link }: { link: PublicLink }) {
  const { t } = useLingui();
  const { id, title } = link;
  const editor = useEditor<Values>({
    stored: useStored(link, valuesOf),
    read: async () => valuesOf(await linkRows.get(id)),
    write: (_, changed) => linkRows.update(id, changed),
    done: t`The public link was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={title}
      up="public-links"
      action={
        <DeleteButton
          question={t`${title} will be gone for good.`}
          done={t`The public link was deleted.`}
          deed={() => linkRows.remove(id)}
          back="/admin/public-links"
          changes={changes}
        />
      }
    >
      <LinkForm editor={editor} />
    </AdminPage>
  );
}

const newLink: Values = { link: 'https://', title: '', description: '', screen: ['login'], new_tab: true, prio: 0 };

export function NewPublicLinkPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, PublicLink>({
    stored: newLink,
    write: (values) => linkRows.create(values),
    onSaved: ({ id }) => void navigate({ to: '/admin/public-links/$id', params: { id: String(id) }, replace: true }),
    done: t`The public link was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New link`} up="public-links">
      <LinkForm editor={editor} saveLabel={t`Create the link`} />
    </AdminPage>
  );
}

function LinkForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const screens = useScreens();
  const labels: Record<Field<Values>, string> = {
    ...{ title: t`Title`, link: t`Address`, description: t`Description`, screen: t`Shown on the page for` },
    ...{ new_tab: t`Opens in a new tab`, prio: t`Place` },
  };
  const field = (name: 'title' | 'link' | 'description', more: { required?: boolean; maxLength: number }) => (
    <TextInput
      label={labels[name]}
      withAsterisk={false}
      value={values[name]}
      onChange={(event) => set({ [name]: event.currentTarget.value })}
      {...more}
    />
  );
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Section title={t`Public link`} lead={t`Everybody sees it, also without an account.`}>
        <Stack>
          {field('title', { required: true, maxLength: 200 })}
          {field('link', { required: true, maxLength: 2000 })}
          {field('description', { maxLength: 200 })}
          <Checkbox.Group
            label={labels.screen}
            value={values.screen}
            onChange={(screen) => set({ screen: screen as Values['screen'] })}
          >
            <Group mt={6}>
              {Object.entries(screens).map(([name, label]) => (
                <Checkbox key={name} value={name} label={label} />
              ))}
            </Group>
          </Checkbox.Group>
          <Switch
            label={labels.new_tab}
            checked={values.new_tab}
            onChange={(event) => set({ new_tab: event.currentTarget.checked })}
          />
          <NumberInput
            label={labels.prio}
            description={t`The smaller, the further in front.`}
            w={160}
            min={0}
            max={100_000}
            allowDecimal={false}
            value={values.prio}
            onChange={(prio) => set({ prio: Number(prio) || 0 })}
          />
        </Stack>
      </Section>
    </EditForm>
  );
}
