import { useLingui } from '@lingui/react/macro';
import {
  Badge,
  Button,
  FileButton,
  Group,
  Input,
  Select,
  SimpleGrid,
  Skeleton,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Ago } from '../../ui/ago.tsx';
import { notifyDone, notifyProblem } from '../../ui/notify.tsx';
import { Item, ItemList, Section } from '../../ui/section.tsx';
import { fileSize } from '../../ui/time.ts';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { AskButton } from '../admin/components/ask-button.tsx';
import { DeleteButton } from '../admin/components/delete-button.tsx';
import { EditForm } from '../admin/components/edit-form.tsx';
import { RecordPage } from '../admin/components/record-page.tsx';
import type { Field } from '../admin/edit.ts';
import { writesPlainly } from '../admin/html.ts';
import { readAnew } from '../admin/queries.ts';
import { type Editor, useEditor, useStored } from '../admin/use-editor.ts';
import { localeNames, stateColours, stateLabels } from './labels.ts';
import {
  type AnswerBody,
  answerQuery,
  answerRows,
  figuresQuery,
  fileRows,
  type HelpAnswer,
  type HelpLocale,
  helpKey,
  helpQuery,
  titleIn,
  versionsQuery,
} from './queries.ts';

const RichEditor = lazy(() =>
  import('../tickets/components/rich-editor.tsx').then((file) => ({ default: file.RichEditor })),
);

interface Written {
  title: string;
  body: string;
}
interface Values {
  category_id: number | null;
  texts: Partial<Record<HelpLocale, Written>>;
  /** As fields of the browser have them, in its own time zone: `2026-12-24T18:00`. */
  publish_at: string;
  archive_at: string;
  internal_note: string;
}

const fresh: Values = { category_id: null, texts: {}, publish_at: '', archive_at: '', internal_note: '' };

function valuesOf({ category_id, translations, publish_at, archive_at, internal_note }: HelpAnswer): Values {
  return {
    category_id,
    texts: Object.fromEntries(translations.map(({ locale, title, body }) => [locale, { title, body }])),
    publish_at: localTime(publish_at),
    archive_at: localTime(archive_at),
    internal_note: internal_note ?? '',
  };
}

function bodyOf({ category_id, texts, publish_at, archive_at, internal_note }: Partial<Values>): AnswerBody {
  const all = Object.entries(texts ?? {}) as [HelpLocale, Written][];
  const isEmpty = ({ title, body }: Written) => title.trim() === '' && body === '';
  const instant = (value: string) => (value === '' ? null : new Date(value).toISOString());
  return {
    ...(category_id != null && { category_id }),
    ...(texts && {
      translations: all.filter(([, text]) => !isEmpty(text)).map(([locale, text]) => ({ locale, ...text })),
      removed_locales: all.filter(([, text]) => isEmpty(text)).map(([locale]) => locale),
    }),
    ...(publish_at !== undefined && { publish_at: instant(publish_at) }),
    ...(archive_at !== undefined && { archive_at: instant(archive_at) }),
    ...(internal_note !== undefined && { internal_note }),
  };
}

function localTime(instant: string | null): string {
  if (!instant) return '';
  const at = new Date(instant);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function AnswerPage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/knowledge-base/answers/$id' }).id);
  return (
    <RecordPage query={useQuery(answerQuery(id))} id={id} up="knowledge-base" title={t`Answer`}>
      {(answer) => <Edit answer={answer} />}
    </RecordPage>
  );
}

function Edit({ answer }: { answer: HelpAnswer }) {
  const { t, i18n } = useLingui();
  const { id, state, translations } = answer;
  const name = titleIn(translations, i18n.locale);
  const editor = useEditor<Values>({
    stored: useStored(answer, valuesOf),
    read: async () => valuesOf(await answerRows.get(id)),
    write: (_, changed) => answerRows.update(id, bodyOf(changed)),
    done: t`The answer was saved.`,
    changes: helpKey,
  });
  const move = (verb: Parameters<typeof answerRows.move>[1], label: string, done: string) => (
    <AskButton
      label={label}
      variant={verb === 'publish' ? 'filled' : 'default'}
      done={done}
      deed={() => answerRows.move(id, verb)}
      changes={helpKey}
    />
  );
  const [first] = translations;
  return (
    <AdminPage
      title={name}
      up="knowledge-base"
      action={
        <Group gap="xs">
          <Badge variant="dot" color={stateColours[state]}>
            {i18n._(stateLabels[state])}
          </Badge>
          {state === 'published' && first && (
            <Button component="a" href={`/help/${first.locale}/answers/${id}`} target="_blank" variant="subtle">
              {t`Open the page`}
            </Button>
          )}
          {(state === 'draft' || state === 'published') &&
            move('internal', t`For the desk only`, t`It is for the desk only.`)}
          {(state === 'draft' || state === 'internal') && move('publish', t`Publish`, t`Everybody can read it now.`)}
          {state === 'archived'
            ? move('unarchive', t`Make it a draft`, t`It is a draft again.`)
            : move('archive', t`Archive`, t`It is archived.`)}
          <DeleteButton
            question={t`${name} will be gone for good, with all its versions.`}
            done={t`The answer was deleted.`}
            deed={() => answerRows.remove(id)}
            back="/admin/knowledge-base"
            changes={helpKey}
          />
        </Group>
      }
    >
      <AnswerForm editor={editor} />
      <Files answer={answer} />
      <Figures id={id} />
      <Versions id={id} />
    </AdminPage>
  );
}

export function NewAnswerPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, HelpAnswer>({
    stored: fresh,
    write: (values) => answerRows.create(bodyOf(values)),
    onSaved: ({ id }) =>
      void navigate({ to: '/admin/knowledge-base/answers/$id', params: { id: String(id) }, replace: true }),
    done: t`The answer was created, as a draft.`,
    changes: helpKey,
  });
  return (
    <AdminPage title={t`New answer`} up="knowledge-base">
      <AnswerForm editor={editor} saveLabel={t`Create the answer`} />
    </AdminPage>
  );
}

function AnswerForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t, i18n } = useLingui();
  const { data: help } = useQuery(helpQuery);
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    ...{ category_id: t`Category`, texts: t`Text`, publish_at: t`Publish at`, archive_at: t`Archive at` },
    internal_note: t`Note for editors`,
  };
  const primary = help?.base.locales[0] ?? 'en';
  // What was written in a language that is no more one of the help can still be read and taken away.
  const written = Object.keys(values.texts) as HelpLocale[];
  const locales = [...new Set([...(help?.base.locales ?? []), ...written])];
  const time = (field: 'publish_at' | 'archive_at') => (
    <TextInput
      type="datetime-local"
      label={labels[field]}
      value={values[field]}
      onChange={(event) => set({ [field]: event.currentTarget.value })}
    />
  );
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <SimpleGrid cols={{ base: 1, md: Math.min(locales.length || 1, 2) }}>
          {locales.map((locale) => (
            <LanguageText
              key={locale}
              locale={locale}
              written={values.texts[locale] ?? { title: '', body: '' }}
              onChange={(text) => set({ texts: { ...values.texts, [locale]: text } })}
            />
          ))}
        </SimpleGrid>
        <Section title={t`Where and when`}>
          <Stack>
            <Select
              label={labels.category_id}
              searchable
              allowDeselect={false}
              data={(help?.categories ?? []).map((category) => ({
                value: String(category.id),
                label: titleIn(category.translations, i18n.locale, primary),
              }))}
              value={values.category_id === null ? null : String(values.category_id)}
              onChange={(chosen) => set({ category_id: chosen === null ? null : Number(chosen) })}
            />
            <Group grow align="flex-start">
              {time('publish_at')}
              {time('archive_at')}
            </Group>
            <Textarea
              label={labels.internal_note}
              autosize
              minRows={2}
              maxLength={5000}
              value={values.internal_note}
              onChange={(event) => set({ internal_note: event.currentTarget.value })}
            />
          </Stack>
        </Section>
      </Stack>
    </EditForm>
  );
}

interface TextProps {
  locale: HelpLocale;
  written: Written;
  onChange: (text: Written) => void;
}

/** A text in one language, as it will look; what the editor cannot show is the HTML it is. */
function LanguageText({ locale, written, onChange }: TextProps) {
  const { t } = useLingui();
  const language = localeNames[locale];
  const [asHtml, setAsHtml] = useState(() => !writesPlainly(written.body));
  // The editor keeps its own text; one that came from elsewhere makes it begin anew.
  const [known, setKnown] = useState({ body: written.body, round: 0 });
  if (known.body !== written.body) setKnown({ body: written.body, round: known.round + 1 });
  const write = (body: string) => {
    setKnown((last) => ({ ...last, body }));
    onChange({ ...written, body });
  };
  return (
    <Section
      title={language}
      action={
        <Button
          size="compact-xs"
          variant="subtle"
          aria-label={asHtml ? t`Show the editor (${language})` : t`Edit as HTML (${language})`}
          onClick={() => setAsHtml(!asHtml)}
        >
          {asHtml ? t`Show the editor` : t`Edit as HTML`}
        </Button>
      }
    >
      <Stack>
        <TextInput
          label={t`Title (${language})`}
          maxLength={250}
          value={written.title}
          onChange={(event) => onChange({ ...written, title: event.currentTarget.value })}
        />
        {asHtml ? (
          <Textarea
            label={t`Text (${language})`}
            autosize
            minRows={8}
            maxRows={24}
            value={written.body}
            onChange={(event) => write(event.currentTarget.value)}
          />
        ) : (
          <div>
            <Input.Label labelElement="div">{t`Text (${language})`}</Input.Label>
            <Suspense fallback={<Skeleton height={150} />}>
              <RichEditor
                key={known.round}
                label={t`Text (${language})`}
                html={written.body}
                autoFocus={false}
                headings
                onChange={(html) => write(html === '<p></p>' ? '' : html)}
              />
            </Suspense>
          </div>
        )}
      </Stack>
    </Section>
  );
}

/** Files that readers of the answer can fetch. */
function Files({ answer: { id, attachments } }: { answer: HelpAnswer }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const add = useMutation({
    mutationFn: async (files: File[]) => {
      for (const file of files) await fileRows.add(id, file);
    },
    onSuccess: () => notifyDone(t`The files were added.`),
    onError: (error) => notifyProblem(i18n, t`Nothing was changed`, error),
    onSettled: () => readAnew(cache, helpKey),
  });
  return (
    <Section
      title={t`Files`}
      action={
        <FileButton multiple onChange={(files) => files.length > 0 && add.mutate(files)}>
          {(props) => (
            <Button {...props} size="compact-sm" variant="default" loading={add.isPending}>
              {t`Attach files`}
            </Button>
          )}
        </FileButton>
      }
    >
      {attachments.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t`Readers find files below the text.`}
        </Text>
      ) : (
        <ItemList label={t`Files`}>
          {attachments.map((file) => (
            <Item
              key={file.id}
              what={<a href={fileRows.href(id, file.id)}>{file.filename}</a>}
              facts={fileSize(i18n.locale, file.size)}
            >
              <AskButton
                label={t`Remove`}
                name={t`Remove: ${file.filename}`}
                size="compact-sm"
                variant="default"
                done={t`The file was removed.`}
                deed={() => fileRows.remove(id, file.id)}
                changes={helpKey}
              />
            </Item>
          ))}
        </ItemList>
      )}
    </Section>
  );
}

/** What readers make of it. */
function Figures({ id }: { id: number }) {
  const { t, i18n } = useLingui();
  const { data } = useQuery(figuresQuery(id));
  const number = new Intl.NumberFormat(i18n.locale);
  if (!data) return null;
  const { views, deflections, helpful, unhelpful, comments } = data;
  return (
    <Section title={t`What readers make of it`}>
      <Text size="sm">
        {t`Read ${number.format(views)} times. Spared ${number.format(deflections)} requests. Helpful for ${number.format(helpful)}, not for ${number.format(unhelpful)}.`}
      </Text>
      {comments.length > 0 && (
        <ItemList label={t`Comments of readers`}>
          {comments.map((said) => (
            <Item
              key={said.id}
              what={said.comment}
              facts={
                <>
                  {said.helpful ? t`Helpful` : t`Not helpful`} · {localeNames[said.locale]} ·{' '}
                  <Ago at={said.updated_at} />
                </>
              }
            />
          ))}
        </ItemList>
      )}
    </Section>
  );
}

function Versions({ id }: { id: number }) {
  const { t } = useLingui();
  const { data = [] } = useQuery(versionsQuery(id));
  const newest = new Set<string>();
  const rows = data.map((version) => {
    const isNewest = !newest.has(version.locale);
    newest.add(version.locale);
    return { ...version, isNewest };
  });
  return (
    <Section title={t`Versions`}>
      <ItemList label={t`Versions`}>
        {rows.map(({ id: versionId, locale, title, created_at, created_by, isNewest }) => (
          <Item
            key={versionId}
            what={title}
            facts={
              <>
                {localeNames[locale]} · {created_by} · <Ago at={created_at} />
              </>
            }
          >
            {!isNewest && (
              <AskButton
                label={t`Restore`}
                name={t`Restore: ${title}`}
                size="compact-sm"
                question={t`The text in this language becomes what it was then. The present one stays among the versions.`}
                done={t`The text is what it was.`}
                deed={() => answerRows.restore(id, versionId)}
                changes={helpKey}
              />
            )}
          </Item>
        ))}
      </ItemList>
    </Section>
  );
}
