import { Trans, useLingui } from '@lingui/react/macro';
import {
  Badge,
  Button,
  Checkbox,
  FileButton,
  Group,
  MultiSelect,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconPalette, IconPlus, IconTrash, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { call } from '../../../app/api.ts';
import { type Language, languages } from '../../../app/i18n.ts';
import { notifyProblem } from '../../../ui/notify.tsx';
import { Item, Section } from '../../../ui/section.tsx';
import { useMe } from '../../session/use-me.ts';
import type { Field } from '../edit.ts';
import { drawnToFit } from '../logo-picture.ts';
import { type Branding, brandingColoursQuery, brandingsQuery, groupsQuery } from '../queries.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { BrandingPreview } from './branding-preview.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { RecordList } from './record-list.tsx';
import { RecordPage } from './record-page.tsx';

interface Values {
  name: string;
  mail_sender: string;
  /** Empty: that of the product. */
  accent: string;
  support: string;
  footer: string;
  host: string;
  slug: string;
  locales: Language[];
  group_ids: number[];
  /** A path, a data address, or empty. */
  logo: string;
}

const fresh: Values = {
  ...{ name: '', mail_sender: '', accent: '', support: '', footer: '', host: '', slug: '', logo: '' },
  ...{ locales: [], group_ids: [] },
};
const valuesOf = (row: Branding): Values => ({
  ...{ name: row.name, mail_sender: row.mail_sender ?? '', accent: row.accent ?? '', support: row.support ?? '' },
  ...{ footer: row.footer ?? '', host: row.host ?? '', slug: row.slug ?? '', locales: row.locales },
  ...{ group_ids: row.group_ids, logo: row.logo_url ?? '' },
});
const changes = ['branding'];
/** Where somebody begins who wants a colour. */
const FIRST_ACCENT = '#0b667b';

/** A picture that is there is named by its path, and stays. */
function bodyOf({ logo, ...values }: Partial<Values>) {
  const sent = logo === undefined || logo.startsWith('/') ? {} : { logo: logo || null };
  return { ...values, ...sent };
}

/** How the pages and mails look that customers see. */
export function BrandingsPage() {
  const { t } = useLingui();
  const { may } = useMe();
  const { data, error, refetch } = useQuery(brandingsQuery);
  return (
    <AdminPage
      title={t`Branding`}
      action={
        may('admin.branding') && (
          <Button component={Link} to="/admin/branding/new" leftSection={<IconPlus size={16} aria-hidden />}>
            {t`New branding`}
          </Button>
        )
      }
    >
      <RecordList
        label={t`Branding`}
        icon={IconPalette}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`There is no branding`}
      >
        {({ id, name, standard, address }) => (
          <Item
            key={id}
            what={
              <>
                <Link to="/admin/branding/$id" params={{ id: String(id) }} className={classes.link}>
                  {name || 'Helpmesh'}
                </Link>{' '}
                {standard && (
                  <Badge size="sm" variant="light" color="gray">
                    {t`The desk itself`}
                  </Badge>
                )}
              </>
            }
            facts={address ?? t`Mails only`}
          />
        )}
      </RecordList>
    </AdminPage>
  );
}

export function BrandingPage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/branding/$id' }).id);
  return (
    <RecordPage query={useQuery(brandingsQuery)} id={id} up="branding" title={t`Branding`}>
      {(branding) => <Edit branding={branding} />}
    </RecordPage>
  );
}

function Edit({ branding }: { branding: Branding }) {
  const { t } = useLingui();
  const { may } = useMe();
  const { id, standard } = branding;
  const name = branding.name || 'Helpmesh';
  const editor = useEditor<Values>({
    stored: useStored(branding, valuesOf),
    read: async () => valuesOf(await call('getBranding', { params: { id } })),
    write: (_, changed) => call('updateBranding', { params: { id }, body: bodyOf(changed) }),
    done: t`The branding was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="branding"
      action={
        !standard &&
        may('admin.branding') && (
          <DeleteButton
            question={t`${name} will be gone for good. Its groups look like the desk then.`}
            done={t`The branding was deleted.`}
            deed={() => call('deleteBranding', { params: { id } })}
            back="/admin/branding"
            changes={changes}
          />
        )
      }
    >
      <BrandingForm editor={editor} branding={branding} />
    </AdminPage>
  );
}

export function NewBrandingPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, Branding>({
    stored: fresh,
    write: (values) => call('createBranding', { body: bodyOf(values) }),
    onSaved: ({ id }) => void navigate({ to: '/admin/branding/$id', params: { id: String(id) }, replace: true }),
    done: t`The branding was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New branding`} up="branding">
      <BrandingForm editor={editor} saveLabel={t`Create the branding`} />
    </AdminPage>
  );
}

interface FormProps {
  editor: Editor<Values>;
  branding?: Branding;
  saveLabel?: string;
}

function BrandingForm({ editor, branding, saveLabel }: FormProps) {
  const { t, i18n } = useLingui();
  const { values, set } = editor;
  const { may } = useMe();
  const standard = branding?.standard === true;
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: colours } = useQuery(brandingColoursQuery(values.accent));
  const labels: Record<Field<Values>, string> = {
    ...{ name: t`Name`, mail_sender: t`Sender of mails`, accent: t`Accent colour`, support: t`Support line` },
    ...{ footer: t`Footer`, host: t`Host name`, slug: t`Path`, locales: t`Languages`, group_ids: t`Groups` },
    logo: t`Logo`,
  };
  const choose = async (file: File | null) => {
    if (!file) return;
    try {
      set({ logo: await drawnToFit(file) });
    } catch (error) {
      notifyProblem(i18n, t`Your browser cannot read this file as a picture.`, error as Error);
    }
  };
  const address = branding?.address;
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section
          title={t`Looks`}
          lead={
            standard
              ? t`Of the desk itself: for all customers and mails that no community's branding is for.`
              : t`Of the portal, the help pages, the request form, the sign-in page, and the mails of its groups.`
          }
        >
          <Stack>
            <TextInput
              label={labels.name}
              required={!standard}
              withAsterisk={false}
              maxLength={100}
              value={values.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <div>
              <Text component="p" size="sm" fw={500} mb={4}>
                {labels.logo}
              </Text>
              <Group gap="sm">
                <FileButton
                  accept="image/png,image/jpeg,image/gif,image/webp"
                  inputProps={{ 'aria-label': t`Logo file` }}
                  onChange={(file) => void choose(file)}
                >
                  {(props) => (
                    <Button {...props} variant="default" leftSection={<IconUpload size={16} aria-hidden />}>
                      {t`Upload a logo`}
                    </Button>
                  )}
                </FileButton>
                {values.logo && (
                  <Button
                    variant="default"
                    leftSection={<IconTrash size={16} aria-hidden />}
                    onClick={() => set({ logo: '' })}
                  >
                    {t`Remove the logo`}
                  </Button>
                )}
              </Group>
              <Text size="xs" c="dimmed" mt={4}>
                {t`PNG, JPEG, GIF or WebP. It is drawn anew, 480 pixels wide at most, before it is sent.`}
              </Text>
            </div>
            <Checkbox
              label={t`An accent colour of its own`}
              checked={values.accent !== ''}
              onChange={(event) => set({ accent: event.currentTarget.checked ? FIRST_ACCENT : '' })}
            />
            {values.accent !== '' && (
              <div>
                <TextInput
                  type="color"
                  label={labels.accent}
                  w={140}
                  value={values.accent}
                  onChange={(event) => set({ accent: event.currentTarget.value })}
                />
                <div role="status">
                  {colours && (
                    <Text size="sm" mt={6}>
                      {colours.light_adjusted && (
                        <Trans>
                          {values.accent} is too light to be read on light pages: {colours.light} stands in for it
                          there.
                        </Trans>
                      )}{' '}
                      {colours.dark_adjusted && (
                        <Trans>
                          {values.accent} is too dark to be read on dark pages: {colours.dark} stands in for it there.
                        </Trans>
                      )}{' '}
                      <Trans>
                        Contrast of text: {colours.light_contrast}:1 on light pages, {colours.dark_contrast}:1 on dark
                        ones (at least 4.5:1 is needed).
                      </Trans>
                    </Text>
                  )}
                </div>
              </div>
            )}
            <TextInput
              label={labels.support}
              description={t`Below pages and mails: who helps, and when.`}
              maxLength={250}
              value={values.support}
              onChange={(event) => set({ support: event.currentTarget.value })}
            />
            <Textarea
              label={labels.footer}
              description={t`The same, in small print: an address or an imprint.`}
              autosize
              maxLength={1000}
              value={values.footer}
              onChange={(event) => set({ footer: event.currentTarget.value })}
            />
            <TextInput
              label={labels.mail_sender}
              description={t`Name beside the address that mails come from. Empty: the one of the address.`}
              maxLength={100}
              value={values.mail_sender}
              onChange={(event) => set({ mail_sender: event.currentTarget.value })}
            />
          </Stack>
        </Section>
        <Section title={t`Preview`} lead={t`As customers would see it; nothing is saved yet.`}>
          <BrandingPreview values={values} colours={colours} />
        </Section>
        <Section title={t`For whom`} {...(address && { lead: <Trans>Its pages are at {address}</Trans> })}>
          <Stack>
            {!standard && may('admin.branding') && (
              <>
                <MultiSelect
                  label={labels.group_ids}
                  description={t`Mails of their tickets look so. A group that another branding has is taken from it.`}
                  data={groups.map(({ id, name }) => ({ value: String(id), label: String(name) }))}
                  searchable
                  value={values.group_ids.map(String)}
                  onChange={(ids) => set({ group_ids: ids.map(Number) })}
                />
                <TextInput
                  label={labels.slug}
                  description={t`Its pages are below /c/ and this word.`}
                  maxLength={40}
                  value={values.slug}
                  onChange={(event) => set({ slug: event.currentTarget.value })}
                />
                <TextInput
                  label={labels.host}
                  description={t`Whoever looks after the network leads it to this desk, with a certificate.`}
                  maxLength={253}
                  value={values.host}
                  onChange={(event) => set({ host: event.currentTarget.value })}
                />
              </>
            )}
            <MultiSelect
              label={labels.locales}
              description={t`Of its pages; none chosen: all there are.`}
              data={languages.map(({ code, name }) => ({ value: code, label: name }))}
              value={values.locales}
              onChange={(locales) => set({ locales: locales as Language[] })}
            />
          </Stack>
        </Section>
      </Stack>
    </EditForm>
  );
}
