import type { FederationFieldName } from '@helpmesh/contracts';
import { Plural, useLingui } from '@lingui/react/macro';
import { Alert, Button, NumberInput, Radio, Select, Stack, Switch, TagsInput, Text, TextInput } from '@mantine/core';
import { IconEye, IconMailOff } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { readHtml } from '../../app/trusted-types.ts';
import { problemText } from '../../ui/problem.ts';
import { Item, ItemList, Section } from '../../ui/section.tsx';
import { Failed } from '../../ui/state-messages.tsx';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { AskButton } from '../admin/components/ask-button.tsx';
import { DeleteButton } from '../admin/components/delete-button.tsx';
import { EditForm } from '../admin/components/edit-form.tsx';
import { Loading } from '../admin/components/loading.tsx';
import { NoSuch } from '../admin/components/no-such.tsx';
import type { Field } from '../admin/edit.ts';
import { groupsQuery } from '../admin/queries.ts';
import { type Editor, useEditor, useStored } from '../admin/use-editor.ts';
import { FormProblem } from '../session/components/entry-page.tsx';
import { TicketPicker } from '../tickets/components/ticket-picker.tsx';
import { fieldLabels, fieldText } from '../tickets/shares.ts';
import { disclosureLabels, kindLabels, kindLeads } from './labels.ts';
import classes from './peer.module.css';
import {
  type AcceptBody,
  type Agreement,
  type AgreementBody,
  type AgreementPreview,
  type AgreementProposal,
  agreementRows,
  agreementsQuery,
  peersQuery,
  proposalsQuery,
} from './queries.ts';

interface Values {
  kind: Agreement['kind'];
  name: string;
  group_id: number | null;
  peer_id: number | null;
  list_address: string;
  disclosure: Agreement['disclosure'];
  internal_notes: boolean;
  max_attachment_bytes: number;
  attachment_types: string[];
  answer_hours: number;
  active: boolean;
  /** Of a new one: the helpdesk is asked. */
  propose: boolean;
  /** Of one that both sides want: sharing rests. */
  suspended: boolean;
}

/** Files are told in megabytes, as everywhere else. */
const MB = 1_000_000;

const newAgreement: Values = {
  ...{ kind: 'full', name: '', group_id: null, peer_id: null, list_address: '' },
  ...{ disclosure: 'none', internal_notes: false, active: true, propose: false, suspended: false },
  ...{ max_attachment_bytes: 20 * MB, attachment_types: [], answer_hours: 8 },
};
const valuesOf = ({ kind, name, group_id, peer_id, list_address, ...rest }: Agreement): Values => ({
  ...{ kind, name, group_id, peer_id, list_address: list_address ?? '' },
  ...{ disclosure: rest.disclosure, internal_notes: rest.internal_notes, active: rest.active },
  ...{ max_attachment_bytes: rest.max_attachment_bytes, attachment_types: rest.attachment_types },
  ...{ answer_hours: rest.answer_hours, propose: false },
  suspended: rest.suspended_by === 'us' || rest.suspended_by === 'both',
});
/** What belongs to the kind, and no more. */
function bodyOf<V extends Partial<Values>>({ list_address, peer_id, ...rest }: V) {
  return { ...rest, ...(list_address && { list_address }), ...(peer_id != null && { peer_id }) };
}
const changes = ['federation'];

export function AgreementPage({ id }: { id: number }) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(agreementsQuery);
  if (!data && error) {
    return (
      <AdminPage title={t`Agreement`} up="federation">
        <Failed error={error} onRetry={() => void refetch()} />
      </AdminPage>
    );
  }
  if (!data) return <Loading />;
  const agreement = data.find((each) => each.id === id);
  return agreement ? <Edit key={id} agreement={agreement} /> : <NoSuch up="federation" />;
}

function Edit({ agreement }: { agreement: Agreement }) {
  const { t } = useLingui();
  const { id, name } = agreement;
  const editor = useEditor<Values>({
    stored: useStored(agreement, valuesOf),
    read: async () => valuesOf(await agreementRows.get(id)),
    write: (_, { kind: __, propose: ___, ...changed }) =>
      agreementRows.update(id, bodyOf(changed) as Partial<AgreementBody>),
    done: t`The agreement was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="federation"
      action={
        <DeleteButton
          question={t`${name} ends for good. Tickets stay where they are, on both sides, and are not kept equal any more.`}
          done={t`The agreement was deleted.`}
          deed={() => agreementRows.remove(id)}
          back="/admin/federation"
          changes={changes}
        />
      }
    >
      <Standing agreement={agreement} />
      <AgreementForm editor={editor} is={agreement.status === 'accepted' ? 'stored' : 'unanswered'} />
      <DryRun id={id} isDirty={editor.dirty} />
    </AdminPage>
  );
}

export function NewAgreementPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, Agreement>({
    stored: newAgreement,
    write: ({ suspended: _, ...values }) => agreementRows.create(bodyOf(values) as AgreementBody),
    onSaved: ({ id }) =>
      void navigate({
        to: '/admin/federation/$kind/$id',
        params: { kind: 'agreements', id: String(id) },
        replace: true,
      }),
    done: t`The agreement was made. It is about new tickets from now on.`,
    changes,
  });
  return (
    <AdminPage title={t`New agreement`} up="federation">
      <AgreementForm editor={editor} saveLabel={t`Make the agreement`} is="new" />
    </AdminPage>
  );
}

/** What another helpdesk proposes: it names no group of ours, and nothing is shared before somebody here says yes. */
export function ProposalPage({ id }: { id: number }) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(proposalsQuery);
  if (!data && error) {
    return (
      <AdminPage title={t`Proposal`} up="federation">
        <Failed error={error} onRetry={() => void refetch()} />
      </AdminPage>
    );
  }
  if (!data) return <Loading />;
  const proposal = data.find((each) => each.id === id);
  return proposal ? <Answer key={id} proposal={proposal} /> : <NoSuch up="federation" />;
}

const proposed = ({ name, peer_id }: AgreementProposal): Values => ({ ...newAgreement, name, peer_id });

function Answer({ proposal }: { proposal: AgreementProposal }) {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const [reason, setReason] = useState('');
  const { data: peers = [] } = useQuery(peersQuery);
  const { id, name, peer_id, disclosure, internal_notes } = proposal;
  const peer = peers.find((one) => one.id === peer_id)?.name ?? '';
  const told = i18n._(disclosureLabels[disclosure]);
  const editor = useEditor<Values, Agreement>({
    stored: useStored(proposal, proposed),
    write: ({ kind: _, peer_id: __, list_address: ___, propose: ____, suspended: _____, active: ______, ...values }) =>
      agreementRows.accept(id, values as AcceptBody),
    onSaved: (made) =>
      void navigate({
        to: '/admin/federation/$kind/$id',
        params: { kind: 'agreements', id: String(made.id) },
        replace: true,
      }),
    done: t`The agreement was made. It is about new tickets from now on.`,
    changes,
  });
  return (
    <AdminPage title={name} up="federation">
      <Section
        title={t`What they propose`}
        lead={t`Tickets of a group of yours are kept equal with ${peer}. Nothing is shared before you accept.`}
      >
        <Stack align="flex-start">
          <Text size="sm">{t`What they would tell you of requesters: ${told}`}</Text>
          {internal_notes && <Text size="sm">{t`They would tell you internal notes, too.`}</Text>}
          <TextInput
            label={t`Why not, for the people there`}
            maxLength={500}
            w="100%"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <AskButton
            label={t`Decline`}
            color="red"
            question={t`They are told that you do not want it. They may propose another one.`}
            done={t`The proposal was declined.`}
            deed={() => agreementRows.decline(id, reason)}
            onDone={() => void navigate({ to: '/admin/federation', replace: true })}
            changes={changes}
          />
        </Stack>
      </Section>
      <AgreementForm editor={editor} saveLabel={t`Accept the agreement`} is="proposed" />
    </AdminPage>
  );
}

/** What the other side says of it, where that is not simply yes. */
function Standing({ agreement }: { agreement: Agreement }) {
  const { t } = useLingui();
  const { status, suspended_by, reason, untold } = agreement;
  const byThem = suspended_by === 'them' || suspended_by === 'both';
  const titles = {
    proposed: t`Waits for the other side`,
    accepted: byThem ? t`The other side has suspended it` : null,
    declined: t`The other side has declined it`,
    ended: t`The other side has ended it`,
  };
  const words = {
    proposed: t`Nothing is shared before somebody there has accepted it.`,
    accepted: t`Sharing rests until they go on. What happens meanwhile is told afterwards.`,
    declined: t`Nothing is shared. Delete it, or propose another one.`,
    ended: t`Tickets stay where they are, on both sides, and are not kept equal any more.`,
  };
  const title = titles[status] ?? (untold !== null ? t`The other side does not know of the last change yet` : null);
  if (title === null) return null;
  return (
    <Alert
      color={status === 'proposed' ? 'mesh' : 'yellow'}
      variant="light"
      icon={<IconMailOff aria-hidden />}
      title={title}
    >
      <Text size="sm">{titles[status] === null ? untold : words[status]}</Text>
      {reason && <Text size="sm">{reason}</Text>}
      {titles[status] !== null && untold !== null && <Text size="sm">{untold}</Text>}
    </Alert>
  );
}

interface FormProps {
  editor: Editor<Values>;
  saveLabel?: string;
  is: 'new' | 'proposed' | 'unanswered' | 'stored';
}

function AgreementForm({ editor, saveLabel, is }: FormProps) {
  const { t, i18n } = useLingui();
  const { values, set } = editor;
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: peers = [] } = useQuery(peersQuery);
  const peer = peers.find(({ id }) => id === values.peer_id);
  const labels: Record<Field<Values>, string> = {
    ...{ kind: t`How the community is integrated`, name: t`Name`, group_id: t`Group`, peer_id: t`Helpdesk` },
    ...{ list_address: t`Mailing list`, disclosure: t`What they are told of requesters`, active: t`Active` },
    ...{ internal_notes: t`Tell them internal notes, too`, propose: t`Propose it to them`, suspended: t`Suspended` },
    ...{
      max_attachment_bytes: t`Largest file taken from them (MB)`,
      attachment_types: t`Types of files taken from them`,
      answer_hours: t`Working hours to answer an offer`,
    },
  };
  const kinds = Object.keys(kindLabels) as Values['kind'][];
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Section title={t`Agreement`} lead={t`It is about tickets that are opened from now on, or moved to the group.`}>
        <Stack>
          {is === 'new' ? (
            <Radio.Group
              label={labels.kind}
              value={values.kind}
              onChange={(kind) =>
                set({ ...newAgreement, name: values.name, group_id: values.group_id, kind: kind as Values['kind'] })
              }
            >
              <Stack gap={8} mt={6}>
                {kinds.map((kind) => (
                  <Radio
                    key={kind}
                    value={kind}
                    label={i18n._(kindLabels[kind])}
                    description={i18n._(kindLeads[kind])}
                  />
                ))}
              </Stack>
            </Radio.Group>
          ) : (
            <Text size="sm">
              <strong>{i18n._(kindLabels[values.kind])}.</strong> {i18n._(kindLeads[values.kind])}
            </Text>
          )}
          <TextInput
            label={labels.name}
            required
            withAsterisk={false}
            maxLength={200}
            value={values.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <Select
            label={labels.group_id}
            required
            withAsterisk={false}
            searchable
            allowDeselect={false}
            data={groups.map(({ id, name }) => ({ value: String(id), label: name }))}
            value={values.group_id === null ? null : String(values.group_id)}
            onChange={(id) => id && set({ group_id: Number(id) })}
          />
          {values.kind === 'redirect' && (
            <TextInput
              label={labels.list_address}
              type="email"
              required
              withAsterisk={false}
              maxLength={254}
              description={t`An address of this desk is refused: each ticket would come back as a new one.`}
              value={values.list_address}
              onChange={(event) => set({ list_address: event.currentTarget.value })}
            />
          )}
          {values.kind === 'full' && (
            <>
              {is !== 'proposed' && (
                <Select
                  label={labels.peer_id}
                  required
                  withAsterisk={false}
                  allowDeselect={false}
                  nothingFoundMessage={t`Add a helpdesk first.`}
                  data={peers.map(({ id, name }) => ({ value: String(id), label: name }))}
                  value={values.peer_id === null ? null : String(values.peer_id)}
                  onChange={(id) => id && set({ peer_id: Number(id), propose: false })}
                />
              )}
              {is === 'new' && peer?.software === null && (peer.has_token || peer.by_key) && (
                <Switch
                  label={labels.propose}
                  description={t`They are asked, and nothing is shared before somebody there has accepted. Otherwise each desk makes the agreement for itself.`}
                  checked={values.propose}
                  onChange={(event) => set({ propose: event.currentTarget.checked })}
                />
              )}
              <Select
                label={labels.disclosure}
                allowDeselect={false}
                data={Object.entries(disclosureLabels).map(([value, label]) => ({ value, label: i18n._(label) }))}
                value={values.disclosure}
                onChange={(disclosure) => disclosure && set({ disclosure: disclosure as Values['disclosure'] })}
              />
              <Switch
                label={labels.internal_notes}
                description={t`What only agents may read here, their agents may read then.`}
                checked={values.internal_notes}
                onChange={(event) => set({ internal_notes: event.currentTarget.checked })}
              />
              <NumberInput
                label={labels.max_attachment_bytes}
                description={t`0 takes no files. What is refused is named in the message, with the reason.`}
                w={260}
                min={0}
                max={100}
                decimalScale={3}
                value={values.max_attachment_bytes / MB}
                onChange={(next) => set({ max_attachment_bytes: Math.round((Number(next) || 0) * MB) })}
              />
              <TagsInput
                label={labels.attachment_types}
                description={t`Such as application/pdf, or image/* for all of a kind. With none, every type is taken.`}
                maxTags={50}
                clearable
                splitChars={[',', ' ']}
                value={values.attachment_types}
                onChange={(types) => set({ attachment_types: types.map((type) => type.trim().toLowerCase()) })}
              />
              <NumberInput
                label={labels.answer_hours}
                description={t`When a ticket is offered to them and they have not answered by then, whoever offered it is told. 0 sets no time.`}
                w={260}
                min={0}
                max={1000}
                allowDecimal={false}
                value={values.answer_hours}
                onChange={(next) => set({ answer_hours: Number(next) || 0 })}
              />
            </>
          )}
          {(is === 'stored' || (is === 'new' && !values.propose)) && (
            <Switch
              label={labels.active}
              checked={values.active}
              onChange={(event) => set({ active: event.currentTarget.checked })}
            />
          )}
          {is === 'stored' && values.kind === 'full' && (
            <Switch
              label={labels.suspended}
              description={t`Sharing rests on both sides until you go on. What happens meanwhile is told afterwards.`}
              checked={values.suspended}
              onChange={(event) => set({ suspended: event.currentTarget.checked })}
            />
          )}
        </Stack>
      </Section>
    </EditForm>
  );
}

/** What would be sent of a ticket, by what is saved. */
function DryRun({ id, isDirty }: { id: number; isDirty: boolean }) {
  const { t, i18n } = useLingui();
  const [ticket, setTicket] = useState<number | null>(null);
  const look = useMutation({ mutationFn: (ticketId: number) => agreementRows.preview(id, ticketId) });
  return (
    <Section
      title={t`What would be sent`}
      lead={t`Of a ticket of yours, under the agreement as it is saved. Nothing is sent.`}
    >
      <Stack align="stretch">
        <TicketPicker
          label={t`Ticket`}
          except={0}
          onChange={(picked) => {
            setTicket(picked?.id ?? null);
            look.reset();
          }}
        />
        <div>
          <Button
            variant="default"
            leftSection={<IconEye size={16} aria-hidden />}
            disabled={ticket === null}
            loading={look.isPending}
            onClick={() => ticket !== null && look.mutate(ticket)}
          >
            {t`Show it`}
          </Button>
        </div>
        {isDirty && look.data && <Text size="sm">{t`Changes that are not saved do not count here.`}</Text>}
        <FormProblem>{look.isError && problemText(i18n, look.error)}</FormProblem>
        <div role="status">{look.data && <Preview preview={look.data} />}</div>
      </Stack>
    </Section>
  );
}

function Preview({ preview }: { preview: AgreementPreview }) {
  const { t, i18n } = useLingui();
  const { to, why_not, ticket, comments, comments_total, internal_articles, mail } = preview;
  const { request, request_problem } = preview;
  return (
    <Stack gap="sm">
      {why_not !== null && (
        <Alert color="yellow" variant="light" icon={<IconMailOff aria-hidden />} title={t`Nothing would be sent`}>
          {why_not}
        </Alert>
      )}
      {to !== null && <Text size="sm">{t`Goes to: ${to}`}</Text>}
      {ticket && (
        <dl className={classes.facts}>
          {(Object.entries(ticket.fields) as [FederationFieldName, unknown][]).map(([field, value]) => (
            <div key={field}>
              <dt>{i18n._(fieldLabels[field])}</dt>
              <dd>{fieldText(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {comments.length > 0 && (
        <ItemList label={t`Messages`}>
          {comments.map(({ uuid, author, body, format, attachments }) => (
            <Item
              key={uuid}
              what={author.displayName}
              facts={
                <>
                  <pre className={classes.words}>{format === 'text/html' ? plainOf(body) : body}</pre>
                  {attachments.length > 0 && attachments.map(({ filename }) => filename).join(', ')}
                </>
              }
            />
          ))}
        </ItemList>
      )}
      {comments_total > comments.length && (
        <Text size="sm">
          <Plural value={comments_total - comments.length} one="and # more message" other="and # more messages" />
        </Text>
      )}
      {request && (
        <div>
          <Text size="sm">{t`What the helpdesk would get first:`}</Text>
          <pre className={classes.words}>{`${request.method} ${request.url}\n\n${request.body}`}</pre>
        </div>
      )}
      {request_problem !== null && (
        <Text size="sm">{t`What the helpdesk would get cannot be said: ${request_problem}`}</Text>
      )}
      {mail && (
        <>
          <Text size="sm">
            {t`Subject`}: {mail.subject}
            <br />
            {t`Answers go to`}: {mail.reply_to}
          </Text>
          <pre className={classes.words}>{mail.text}</pre>
          {mail.files.length > 0 && <Text size="sm">{mail.files.join(', ')}</Text>}
        </>
      )}
      {internal_articles > 0 && (
        <Text size="sm">
          <Plural
            value={internal_articles}
            one="# internal message stays here."
            other="# internal messages stay here."
          />
        </Text>
      )}
    </Stack>
  );
}

/** Without any markup: nothing of a message is shown as a page here. */
function plainOf(html: string): string {
  return readHtml(html).body.textContent?.trim() ?? '';
}
