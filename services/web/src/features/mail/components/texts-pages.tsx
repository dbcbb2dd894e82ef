import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Badge, Button, Group, Select, Skeleton, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useRef } from 'react';
import { call } from '../../../app/api.ts';
import { languages } from '../../../app/i18n.ts';
import { forSandbox } from '../../../app/trusted-types.ts';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { AdminPage } from '../../admin/components/admin-page.tsx';
import { AskButton } from '../../admin/components/ask-button.tsx';
import { EditForm } from '../../admin/components/edit-form.tsx';
import { Loading } from '../../admin/components/loading.tsx';
import { NoSuch } from '../../admin/components/no-such.tsx';
import type { Field } from '../../admin/edit.ts';
import { brandingsQuery } from '../../admin/queries.ts';
import { useEditor } from '../../admin/use-editor.ts';
import { type MailKind, type MailText, mailKindsQuery, mailPreviewQuery, mailTextsQuery } from '../queries.ts';
import { audienceLabels, mailKindLabels, mailValueLabels } from '../text-labels.ts';
import classes from './texts-pages.module.css';

const changes = ['mail'];
const audiences = ['customers', 'agents', 'accounts', 'lists', 'everybody'] as const;
type Locale = MailText['locale'];

/** Every kind of mail the system sends, and which of them somebody wrote other words for. */
export function MailTextsPage() {
  const { t } = useLingui();
  const kinds = useQuery(mailKindsQuery);
  const texts = useQuery(mailTextsQuery);
  const error = kinds.error ?? texts.error;
  return (
    <AdminPage title={t`Texts of mails`} up="mail">
      {error && !(kinds.data && texts.data) ? (
        <Failed error={error} onRetry={() => void Promise.all([kinds.refetch(), texts.refetch()])} />
      ) : !kinds.data || !texts.data ? (
        <Skeleton height={320} aria-label={t`Loading`} />
      ) : (
        audiences.map((audience) => <Kinds key={audience} audience={audience} kinds={kinds.data} texts={texts.data} />)
      )}
    </AdminPage>
  );
}

function Kinds({
  audience,
  kinds,
  texts,
}: {
  audience: (typeof audiences)[number];
  kinds: readonly MailKind[];
  texts: readonly MailText[];
}) {
  const { t, i18n } = useLingui();
  const title = i18n._(audienceLabels[audience]);
  const nameOf = useKindName();
  return (
    <Section title={title}>
      <ItemList label={title}>
        {kinds
          .filter((one) => one.audience === audience)
          .map(({ kind }) => {
            const own = texts.filter((one) => one.kind === kind && one.active);
            const names = languages
              .filter(({ code }) => own.some(({ locale }) => locale === code))
              .map(({ name }) => name);
            const written = new Intl.ListFormat(i18n.locale).format(names);
            return (
              <Item
                key={kind}
                what={
                  <>
                    <Link to="/admin/mail/texts/$id" params={{ id: `${kind}~${i18n.locale}` }}>
                      {nameOf(kind)}
                    </Link>{' '}
                    {own.some(({ failure }) => failure !== null) && (
                      <Badge size="sm" variant="light" color="red">
                        {t`Cannot be used`}
                      </Badge>
                    )}
                  </>
                }
                facts={names.length === 0 ? t`In the words of the system` : t`Own words in ${written}`}
              />
            );
          })}
      </ItemList>
    </Section>
  );
}

function useKindName(): (kind: string) => string {
  const { i18n } = useLingui();
  return (kind) => {
    const label = mailKindLabels[kind];
    return label ? i18n._(label) : kind;
  };
}

/** One mail in one language: `kind~language`, and the id of a community behind that. A dot would make it a file. */
export function MailTextPage() {
  const { t } = useLingui();
  const { id } = useParams({ from: '/app/admin/mail/texts/$id' });
  const [name, locale = 'en', branding] = id.split('~');
  const kinds = useQuery(mailKindsQuery);
  const texts = useQuery(mailTextsQuery);
  const error = kinds.error ?? texts.error;
  if (error && !(kinds.data && texts.data)) {
    return (
      <AdminPage title={t`Texts of mails`} up="mail">
        <Failed error={error} onRetry={() => void Promise.all([kinds.refetch(), texts.refetch()])} />
      </AdminPage>
    );
  }
  if (!kinds.data || !texts.data) return <Loading />;
  const kind = kinds.data.find((one) => one.kind === name);
  const language = languages.find(({ code }) => code === locale);
  if (!kind || !language) return <NoSuch up="mail" />;
  const branding_id = branding === undefined ? null : Number(branding);
  const row = texts.data.find((one) => one.kind === name && one.locale === locale && one.branding_id === branding_id);
  return <Edit key={`${id} ${row?.id}`} kind={kind} place={{ locale: language.code, branding_id }} row={row} />;
}

type Values = Pick<MailText, 'subject' | 'body' | 'active'>;

interface EditProps {
  kind: MailKind;
  place: { locale: Locale; branding_id: number | null };
  row: MailText | undefined;
}

function Edit({ kind, place, row }: EditProps) {
  const { t } = useLingui();
  const title = useKindName()(kind.kind);
  const { locale } = place;
  const system = kind.defaults[locale] as { subject: string; body: string };
  const isFooter = kind.audience === 'everybody';
  const editor = useEditor<Values>({
    stored: row ? valuesOf(row) : { ...system, active: true },
    ...(row && { read: async () => valuesOf(await call('getMailTemplate', { params: { id: row.id } })) }),
    write: (values, changed) =>
      row
        ? call('updateMailTemplate', { params: { id: row.id }, body: changed })
        : call('createMailTemplate', { body: { ...values, ...place, kind: kind.kind } }),
    done: t`The text was saved. Mails have it within seconds.`,
    changes,
  });
  const { values, set } = editor;
  const area = useRef<HTMLTextAreaElement>(null);
  const labels: Record<Field<Values>, string> = { subject: t`Subject`, body: t`Text`, active: t`In use` };
  return (
    <AdminPage
      title={title}
      up="mail"
      action={
        row && (
          <AskButton
            label={t`Back to the words of the system`}
            color="red"
            variant="subtle"
            question={t`Your words will be gone for good.`}
            done={t`The mail is in the words of the system again.`}
            deed={() => call('deleteMailTemplate', { params: { id: row.id } })}
            changes={changes}
          />
        )
      }
    >
      <Which kind={kind.kind} {...place} />
      {row?.failure && (
        <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={t`Cannot be used`}>
          <Trans>The last mail left in the words of the system: {row.failure}</Trans>
        </Alert>
      )}
      <EditForm editor={editor} labels={labels}>
        <Stack>
          <Section
            title={t`Words`}
            lead={row ? undefined : t`These are the words of the system. What you save stands in their place.`}
          >
            <Stack>
              {!isFooter && (
                <TextInput
                  label={labels.subject}
                  required
                  withAsterisk={false}
                  maxLength={500}
                  value={values.subject}
                  onChange={(event) => set({ subject: event.currentTarget.value })}
                />
              )}
              <Textarea
                ref={area}
                label={labels.body}
                description={
                  isFooter
                    ? t`Lines as they are; [Words](https://…) on a line is a link. Without a text there is no footer.`
                    : t`Blank lines part paragraphs. [Words] on a line is the button; > begins a quotation, ~ small print.`
                }
                className={classes.source ?? ''}
                required={!isFooter}
                withAsterisk={false}
                autosize
                minRows={isFooter ? 3 : 8}
                maxRows={24}
                maxLength={20_000}
                value={values.body}
                onChange={(event) => set({ body: event.currentTarget.value })}
              />
              <NamedValues
                kind={kind}
                onChoose={(name) => {
                  const at = area.current?.selectionStart ?? values.body.length;
                  set({ body: `${values.body.slice(0, at)}{{ ${name} }}${values.body.slice(at)}` });
                }}
              />
              <Switch
                label={labels.active}
                checked={values.active}
                onChange={(event) => set({ active: event.currentTarget.checked })}
              />
            </Stack>
          </Section>
          <Preview kind={kind.kind} {...place} subject={values.subject} body={values.body} />
        </Stack>
      </EditForm>
    </AdminPage>
  );
}

const valuesOf = ({ subject, body, active }: MailText): Values => ({ subject, body, active });

/** Other languages and communities of the same mail; leaving asks about what is not saved. */
function Which({ kind, locale, branding_id }: EditProps['place'] & { kind: string }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { data: brandings = [] } = useQuery({ ...brandingsQuery, retry: false });
  const communities = brandings.filter(({ standard, group_ids }) => !standard && group_ids.length > 0);
  const to = (next: string, branding: number | null) =>
    void navigate({
      to: '/admin/mail/texts/$id',
      params: { id: [kind, next, ...(branding === null ? [] : [branding])].join('~') },
    });
  return (
    <Group mb="md" gap="md">
      <Select
        label={t`Language`}
        allowDeselect={false}
        data={languages.map(({ code, name }) => ({ value: code, label: name }))}
        value={locale}
        onChange={(next) => next && to(next, branding_id)}
      />
      {communities.length > 0 && (
        <Select
          label={t`Mails of`}
          allowDeselect={false}
          data={[
            { value: '', label: t`All communities` },
            ...communities.map(({ id, name }) => ({ value: String(id), label: name })),
          ]}
          value={branding_id === null ? '' : String(branding_id)}
          onChange={(next) => to(locale, next ? Number(next) : null)}
        />
      )}
    </Group>
  );
}

function NamedValues({ kind, onChoose }: { kind: MailKind; onChoose: (name: string) => void }) {
  const { t, i18n } = useLingui();
  return (
    <div>
      <Text size="sm" fw={500}>
        {t`Values this mail can name`}
      </Text>
      <ItemList label={t`Values this mail can name`}>
        {kind.variables.map(({ name, always, example }) => {
          const label = mailValueLabels[name];
          const facts = [
            label ? i18n._(label) : '',
            always ? '' : t`may be empty`,
            example && t`for example: ${example}`,
          ];
          return (
            <Item key={name} what={<code>{`{{ ${name} }}`}</code>} facts={facts.filter(Boolean).join(' · ')}>
              <Button size="compact-sm" variant="default" onClick={() => onChoose(name)} aria-label={t`Insert ${name}`}>
                {t`Insert`}
              </Button>
            </Item>
          );
        })}
      </ItemList>
    </div>
  );
}

type Draft = Pick<MailText, 'kind' | 'locale' | 'branding_id' | 'subject' | 'body'>;

function Preview(draft: Draft) {
  const { t } = useLingui();
  const [asked] = useDebouncedValue(draft, 400);
  const { data, error, refetch } = useQuery(mailPreviewQuery(asked));
  return (
    <Section title={t`Preview`} lead={t`With made-up values; nothing is saved or sent.`}>
      <div role="status">
        {error && <Failed error={error} onRetry={() => void refetch()} />}
        {data && data.errors.length > 0 && (
          <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={t`This cannot be used`}>
            {data.errors.map(({ field, line, message }) => (
              <Text key={`${field} ${line} ${message}`} size="sm">
                {field === 'subject' ? (
                  <Trans>Subject: {message}</Trans>
                ) : (
                  <Trans>
                    Line {line}: {message}
                  </Trans>
                )}
              </Text>
            ))}
          </Alert>
        )}
      </div>
      {data?.mail && (
        <Stack gap="xs">
          <Text size="sm" fw={600}>
            {data.mail.subject}
          </Text>
          <iframe title={t`The mail`} sandbox="" srcDoc={forSandbox(data.mail.html)} className={classes.preview} />
          <details>
            <summary>{t`For programs that show no HTML`}</summary>
            <div className={classes.plain}>{data.mail.text}</div>
          </details>
        </Stack>
      )}
    </Section>
  );
}
