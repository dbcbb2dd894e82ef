import { Trans, useLingui } from '@lingui/react/macro';
import {
  Alert,
  Anchor,
  Button,
  Group,
  Modal,
  NumberInput,
  PasswordInput,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Ago, useNow } from '../../ui/ago.tsx';
import { notifyDone } from '../../ui/notify.tsx';
import { problemText } from '../../ui/problem.ts';
import { Item, Section } from '../../ui/section.tsx';
import { ShownOnce } from '../../ui/shown-once.tsx';
import { Failed } from '../../ui/state-messages.tsx';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { AskButton } from '../admin/components/ask-button.tsx';
import { DeleteButton } from '../admin/components/delete-button.tsx';
import { EditForm } from '../admin/components/edit-form.tsx';
import { Loading } from '../admin/components/loading.tsx';
import { NoSuch } from '../admin/components/no-such.tsx';
import type { Field } from '../admin/edit.ts';
import { readAnew } from '../admin/queries.ts';
import { type Editor, useEditor, useStored } from '../admin/use-editor.ts';
import { FormProblem } from '../session/components/entry-page.tsx';
import { fieldLabels } from '../tickets/shares.ts';
import { softwareNames } from './labels.ts';
import classes from './peer.module.css';
import { PeerBadges } from './peer-badges.tsx';
import { PeerKeys } from './peer-keys.tsx';
import { PeerWebhooks } from './peer-webhooks.tsx';
import { type Peer, peerOffersQuery, peerRows, peersQuery, peerTicketsQuery, peerWishesQuery } from './queries.ts';
import { Rows, Trouble } from './rows.tsx';

interface Values {
  name: string;
  node: string;
  calls_per_minute: number;
  by_key: boolean;
}

const newPeer: Values = { name: '', node: 'https://', calls_per_minute: 6000, by_key: false };
const valuesOf = ({ name, node, calls_per_minute, by_key }: Peer): Values => ({ name, node, calls_per_minute, by_key });
const changes = ['federation'];

export function PeerPage({ id }: { id: number }) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(peersQuery);
  if (!data && error) {
    return (
      <AdminPage title={t`Helpdesk`} up="federation">
        <Failed error={error} onRetry={() => void refetch()} />
      </AdminPage>
    );
  }
  if (!data) return <Loading />;
  const peer = data.find((each) => each.id === id);
  return peer ? <OnePeer key={id} peer={peer} /> : <NoSuch up="federation" />;
}

function OnePeer({ peer }: { peer: Peer }) {
  const { t } = useLingui();
  const { id, name } = peer;
  return (
    <AdminPage
      title={name}
      up="federation"
      action={
        <DeleteButton
          question={t`${name} is forgotten. Tickets stay on both sides as they are, and are not kept equal any more.`}
          done={t`The helpdesk was deleted.`}
          deed={() => peerRows.remove(id)}
          back="/admin/federation"
          changes={changes}
        />
      }
    >
      <Standing peer={peer} />
      <Waiting peer={peer} />
      <Offers peer={peer} />
      <Wishes peer={peer} />
      <Tokens peer={peer} />
      <PeerKeys peer={peer} />
      <PeerWebhooks peer={peer} />
      <Edit peer={peer} />
    </AdminPage>
  );
}

/** How it goes, and what can be done about it. */
function Standing({ peer }: { peer: Peer }) {
  const { t, i18n } = useLingui();
  const { id, name, paused, waiting, tickets } = peer;
  const number = new Intl.NumberFormat(i18n.locale);
  const facts: [string, React.ReactNode][] = [
    [t`State`, <PeerBadges key="state" peer={peer} />],
    [t`Software`, <SoftwareLink key="software" peer={peer} />],
    [t`Last contact`, peer.last_success_at ? <Ago key="contact" at={peer.last_success_at} /> : t`never`],
    [t`Tickets`, number.format(tickets)],
    [t`Waiting`, number.format(waiting)],
    [t`In trouble`, number.format(peer.failing)],
    [t`Longest wait`, new Intl.NumberFormat(i18n.locale, { style: 'unit', unit: 'second' }).format(peer.lag_seconds)],
    [t`Messages to take in`, number.format(peer.queued_in)],
    [t`Messages to send`, number.format(peer.queued_out)],
    [t`Wishes`, number.format(peer.wishes)],
    [t`Erased requesters they still know`, number.format(peer.erasures)],
  ];
  return (
    <Section title={t`How it stands`}>
      <Stack>
        <dl className={classes.facts}>
          {facts.map(([what, value]) => (
            <div key={what}>
              <dt>{what}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {peer.failing_since && (
          <Alert color="red" variant="light" title={t`It does not answer`}>
            <Trans>
              Since <Ago at={peer.failing_since} />.
            </Trans>{' '}
            {peer.last_error}
          </Alert>
        )}
        <Group gap="xs">
          <AskButton
            label={paused ? t`Go on` : t`Pause`}
            {...(!paused && {
              question: t`Nothing is sent to ${name} and nothing that it sends is done, until you go on. Both sides keep what there is.`,
            })}
            done={paused ? t`Tickets are kept equal again.` : t`The helpdesk is paused.`}
            deed={() => peerRows.update(id, { paused: !paused })}
            changes={changes}
          />
          <AskButton
            label={t`Try again now`}
            done={t`What waits is tried now.`}
            deed={() => peerRows.replay(id, false)}
            changes={changes}
          />
          <AskButton
            label={t`Compare all tickets`}
            question={t`Each shared ticket is asked for at ${name}, and what differs is put right. Do this after a restore.`}
            done={t`The tickets are being compared.`}
            deed={() => peerRows.replay(id, true)}
            changes={changes}
          />
        </Group>
        <Trial peer={peer} />
      </Stack>
    </Section>
  );
}

function SoftwareLink({ peer: { id, software } }: { peer: Peer }) {
  const { t } = useLingui();
  const name = software ? softwareNames[software] : t`Helpmesh, or its protocol`;
  return (
    <Link to="/admin/federation/$kind/$id" params={{ kind: 'software', id: String(id) }}>
      {name}
    </Link>
  );
}

/** Calls it; nothing is changed on either side. */
function Trial({ peer: { id, has_token, by_key } }: { peer: Peer }) {
  const { t, i18n } = useLingui();
  const trial = useMutation({ mutationFn: () => peerRows.test(id) });
  const { product = '', milliseconds = 0, agreements = null } = trial.data ?? {};
  return (
    <div>
      <Button
        variant="default"
        leftSection={<IconPlugConnected size={16} aria-hidden />}
        loading={trial.isPending}
        onClick={() => trial.mutate()}
      >
        {t`Test the connection`}
      </Button>
      <FormProblem>{trial.isError && problemText(i18n, trial.error)}</FormProblem>
      <div role="status">
        {trial.data && (
          <Alert color="mesh" variant="light" mt="sm" title={t`${product} answers in ${milliseconds} ms`}>
            {agreements !== null
              ? trial.data.signed_in_by === 'key'
                ? t`Our signature is good there. Agreements with us that it knows: ${agreements}.`
                : t`Our token is good there. Agreements with us that it knows: ${agreements}.`
              : !has_token && !by_key && t`There is no token yet to ask it for more.`}
          </Alert>
        )}
      </div>
    </div>
  );
}

function Waiting({ peer: { id } }: { peer: Peer }) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(peerTicketsQuery(id));
  return (
    <Section title={t`Tickets that wait`} lead={t`The longest first.`}>
      <Rows
        label={t`Tickets that wait`}
        rows={data}
        error={error}
        onRetry={() => void refetch()}
        none={t`None: both sides have the same.`}
      >
        {({ id: link, ticket_id: ticket, remote_number, remote_url, attempts, error: why, waiting_since: since }) => (
          <Item
            key={link}
            what={<Known ticket={ticket} number={remote_number} url={remote_url} />}
            facts={
              <>
                {since && (
                  <Trans>
                    waits <Ago at={since} />
                  </Trans>
                )}
                {attempts > 0 && ` · ${t`tries: ${attempts}`}`}
                {why && (
                  <>
                    {' · '}
                    <Trouble>{why}</Trouble>
                  </>
                )}
              </>
            }
          />
        )}
      </Rows>
    </Section>
  );
}

/** A ticket here, and what it is called there. */
function Known({ ticket, number, url }: { ticket: number | null; number: string | null; url: string | null }) {
  const { t } = useLingui();
  const there = number === null ? null : t`there ${number}`;
  return (
    <>
      {ticket === null ? (
        t`A ticket that is not here yet`
      ) : (
        <Link to="/tickets/$id" params={{ id: String(ticket) }}>
          {t`Ticket ${ticket}`}
        </Link>
      )}
      {there && (
        <>
          {' · '}
          {url ? (
            <Anchor href={url} target="_blank" rel="noreferrer" inherit>
              {there}
            </Anchor>
          ) : (
            there
          )}
        </>
      )}
    </>
  );
}

/** Who is to work on them is not said yet. */
function Offers({ peer: { id, name } }: { peer: Peer }) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(peerOffersQuery(id));
  const now = useNow();
  return (
    <Section title={t`Offers that wait for an answer`} lead={t`Tickets that one side wants to hand over to the other.`}>
      <Rows
        label={t`Offers that wait for an answer`}
        rows={data}
        error={error}
        onRetry={() => void refetch()}
        none={t`None: every offer was answered.`}
      >
        {({ ticket_id, remote_number, direction, reason, offered_at, due_at }) => (
          <Item
            key={ticket_id}
            what={<Known ticket={ticket_id} number={remote_number} url={null} />}
            facts={
              <>
                {direction === 'out' ? t`${name} is to answer` : t`We are to answer`}
                {' · '}
                <Trans>
                  offered <Ago at={offered_at} />
                </Trans>
                {due_at && Date.parse(due_at) > now && (
                  <>
                    {' · '}
                    <Trans>
                      due <Ago at={due_at} />
                    </Trans>
                  </>
                )}
                {due_at && Date.parse(due_at) <= now && (
                  <>
                    {' · '}
                    <Trouble>
                      <Trans>
                        overdue, was due <Ago at={due_at} />
                      </Trans>
                    </Trouble>
                  </>
                )}
                {reason !== '' && ` · ${reason}`}
              </>
            }
          />
        )}
      </Rows>
    </Section>
  );
}

function Wishes({ peer: { id } }: { peer: Peer }) {
  const { t, i18n } = useLingui();
  const { data, error, refetch } = useQuery(peerWishesQuery(id));
  return (
    <Section
      title={t`Wishes`}
      lead={t`What they changed and is ours to say. Both sides of it are shown with the ticket.`}
    >
      <Rows
        label={t`Wishes`}
        rows={data}
        error={error}
        onRetry={() => void refetch()}
        none={t`None: nobody wants anything otherwise.`}
      >
        {({ id: wish, ticket_id, remote_number, field, created_at }) => (
          <Item
            key={wish}
            what={<Known ticket={ticket_id} number={remote_number} url={null} />}
            facts={
              <>
                {i18n._(fieldLabels[field])} · <Ago at={created_at} />
              </>
            }
          />
        )}
      </Rows>
    </Section>
  );
}

function Tokens({ peer }: { peer: Peer }) {
  const { t } = useLingui();
  const { id, name, tokens } = peer;
  return (
    <Section
      title={t`Tokens`}
      lead={t`What we show when we call ${name}, and what it shows when it calls here.`}
      action={<MakeToken id={id} />}
    >
      <Stack>
        <Rows
          label={t`Tokens`}
          rows={tokens}
          error={null}
          onRetry={() => undefined}
          none={t`It has no token yet: it cannot call here.`}
        >
          {({ id: token, created_at, used_at }) => (
            <Item
              key={token}
              what={
                <Trans>
                  Made <Ago at={created_at} />
                </Trans>
              }
              facts={
                used_at ? (
                  <Trans>
                    last used <Ago at={used_at} />
                  </Trans>
                ) : (
                  t`never used`
                )
              }
            >
              <AskButton
                size="compact-sm"
                label={t`End`}
                name={t`End the token ${token}`}
                question={t`${name} is refused at once when it shows this token.`}
                done={t`The token does not work any more.`}
                deed={() => peerRows.removeToken(id, token)}
                changes={changes}
              />
            </Item>
          )}
        </Rows>
        <KeepToken peer={peer} />
      </Stack>
    </Section>
  );
}

/** Shown in a dialog that nothing closes but its button: there is no second time. */
function MakeToken({ id }: { id: number }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [open, setOpen] = useState(false);
  const make = useMutation({
    mutationFn: () => peerRows.makeToken(id),
    onSuccess: () => readAnew(cache, changes),
  });
  const close = () => {
    setOpen(false);
    make.reset();
  };
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t`Make a token`}
      </Button>
      <Modal
        opened={open}
        onClose={close}
        title={t`Make a token`}
        closeOnClickOutside={false}
        closeOnEscape={!make.data}
        withCloseButton={!make.data}
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        {make.data ? (
          <ShownOnce
            note={t`Give it to the people of the other desk: it is not shown again.`}
            values={[{ value: make.data.token }]}
            onClose={close}
          />
        ) : (
          <Stack>
            <FormProblem>{make.isError && problemText(i18n, make.error)}</FormProblem>
            <Text>{t`The token before this one goes on working until the next is made; older ones end.`}</Text>
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {t`Cancel`}
              </Button>
              <Button data-autofocus loading={make.isPending} onClick={() => make.mutate()}>
                {t`Make the token`}
              </Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </>
  );
}

/** @param label  default: the other desk runs Helpmesh, and has made a token for us */
export function KeepToken({ peer: { id, has_token }, label }: { peer: Peer; label?: string }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [token, setToken] = useState('');
  const keep = useMutation({
    mutationFn: () => peerRows.keepToken(id, token),
    onSuccess: async () => {
      setToken('');
      notifyDone(t`The token was kept.`);
      await readAnew(cache, changes);
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        keep.mutate();
      }}
    >
      <FormProblem>{keep.isError && problemText(i18n, keep.error)}</FormProblem>
      <Group align="flex-end" gap="xs">
        <PasswordInput
          flex="1 1 240px"
          label={label ?? t`Token that they made for us`}
          description={
            has_token
              ? t`One is set. Leave this empty to keep it.`
              : t`Without one the helpdesk is not called, and reads by itself.`
          }
          autoComplete="new-password"
          maxLength={500}
          visibilityToggleButtonProps={{ 'aria-label': t`Show the token` }}
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={keep.isPending} disabled={token.trim() === ''}>
          {t`Keep the token`}
        </Button>
      </Group>
    </form>
  );
}

function Edit({ peer }: { peer: Peer }) {
  const { t } = useLingui();
  const { id } = peer;
  // The list is read anew all the time; a form follows its own fields alone.
  const stored = useStored(JSON.stringify(valuesOf(peer)), parsed);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await peerRows.get(id)),
    write: (_, changed) => peerRows.update(id, changed),
    done: t`The helpdesk was saved.`,
    changes,
  });
  return <PeerForm editor={editor} />;
}

const parsed = (text: string) => JSON.parse(text) as Values;

export function NewPeerPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, Peer>({
    stored: newPeer,
    write: (values) => peerRows.create(values),
    onSaved: ({ id }) =>
      void navigate({ to: '/admin/federation/$kind/$id', params: { kind: 'peers', id: String(id) }, replace: true }),
    done: t`The helpdesk was added. An agreement with it comes next.`,
    changes,
  });
  return (
    <AdminPage title={t`Add a helpdesk`} up="federation">
      <PeerForm editor={editor} saveLabel={t`Add the helpdesk`} />
    </AdminPage>
  );
}

function PeerForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    ...{ name: t`Name`, node: t`Address`, calls_per_minute: t`Calls a minute` },
    by_key: t`Call it by the key of this desk`,
  };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Section title={t`Helpdesk`}>
        <Stack>
          <TextInput
            label={labels.name}
            required
            withAsterisk={false}
            maxLength={200}
            value={values.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <TextInput
            label={labels.node}
            type="url"
            required
            withAsterisk={false}
            maxLength={250}
            description={t`Where it is reached; also its name among helpdesks. Another address forgets the token that they made for us.`}
            value={values.node}
            onChange={(event) => set({ node: event.currentTarget.value })}
          />
          <NumberInput
            label={labels.calls_per_minute}
            description={t`How often it may call here. What is more is told to come later.`}
            w={220}
            min={1}
            max={1_000_000}
            allowDecimal={false}
            value={values.calls_per_minute}
            onChange={(next) => set({ calls_per_minute: Number(next) || 1 })}
          />
          <Switch
            label={labels.by_key}
            description={t`For another Helpmesh that has this desk on its list: no tokens are exchanged.`}
            checked={values.by_key}
            onChange={(event) => set({ by_key: event.currentTarget.checked })}
          />
        </Stack>
      </Section>
    </EditForm>
  );
}
