import { useLingui } from '@lingui/react/macro';
import {
  Badge,
  Button,
  Checkbox,
  FileButton,
  Group,
  PasswordInput,
  Select,
  Skeleton,
  Stack,
  Text,
  Textarea,
} from '@mantine/core';
import { IconDownload, IconUpload } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { AdminPage } from '../../admin/components/admin-page.tsx';
import { AskButton } from '../../admin/components/ask-button.tsx';
import { groupsQuery, readAnew } from '../../admin/queries.ts';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { type GroupSealing, keysQuery, type MailKey, sealingQuery } from '../queries.ts';

const changes = ['mail'];

/** Keys for signed and encrypted mail, and what groups want of them. */
export function KeysPage() {
  const { t } = useLingui();
  return (
    <AdminPage title={t`Mail encryption`} up="mail">
      <Keys
        kind="own"
        title={t`Keys of the desk`}
        lead={t`They open mails that come in and sign those that go out. Keep one that has ended: older mails are opened with it.`}
      />
      <Keys
        kind="contact"
        title={t`Keys of contacts`}
        lead={t`Mails are encrypted with them, and what their owners sign is believed. OpenPGP keys that come with mails wait here until you accept them.`}
      />
      <Keys
        kind="authority"
        title={t`Trusted authorities`}
        lead={t`Whoever they vouch for is believed. None is trusted before you add it.`}
      />
      <AddKeys />
      <GenerateKey />
      <Groups />
    </AdminPage>
  );
}

function Keys({ kind, title, lead }: { kind: MailKey['kind']; title: string; lead: string }) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(keysQuery(kind));
  return (
    <Section title={title} lead={lead}>
      {!data && error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton height={56} aria-label={t`Loading`} />
      ) : data.length === 0 ? (
        <Text size="sm">{t`There are none.`}</Text>
      ) : (
        <ItemList label={title}>
          {data.map((key) => (
            <KeyItem key={key.id} record={key} />
          ))}
        </ItemList>
      )}
    </Section>
  );
}

function KeyItem({ record }: { record: MailKey }) {
  const { t, i18n } = useLingui();
  const { id, name, addresses, issuer, fingerprint, learned, kind, type } = record;
  const { data: groups = [] } = useQuery(groupsQuery);
  const used = groups.filter((group) => record.group_ids.includes(group.id)).map((group) => group.name);
  const day = new Intl.DateTimeFormat(i18n.locale, { dateStyle: 'medium' });
  const until = record.valid_to === null ? '' : day.format(new Date(record.valid_to));
  const print = (type === 'PGP' ? fingerprint.toUpperCase() : fingerprint).match(/.{4}/g)?.join(' ') ?? fingerprint;
  const facts = [
    type === 'PGP' ? 'OpenPGP' : type,
    (type === 'PGP' ? record.user_ids : addresses).join(', '),
    until === '' ? t`without an end` : t`valid until ${until}`,
    issuer === '' ? '' : t`vouched for by ${issuer}`,
    used.join(', '),
    learned ? t`learned from a mail` : '',
    type === 'PGP' ? t`fingerprint ${print}` : `SHA-256 ${print}`,
  ];
  return (
    <Item
      what={
        <>
          {name} <KeyState state={record.state} />
        </>
      }
      facts={facts.filter(Boolean).join(' · ')}
    >
      <Group gap="xs">
        {record.state === 'offered' && (
          <AskButton
            label={t`Accept`}
            name={t`Accept the key of ${name}`}
            question={t`It came with a mail, and anybody can write one. Ask its owner by another way for the fingerprint, and accept it only when it is ${print}.`}
            done={t`The key was accepted.`}
            deed={() => call('acceptMailKey', { params: { id } })}
            changes={changes}
          />
        )}
        <Download record={record} />
        <AskButton
          label={t`Delete`}
          name={t`Delete the key of ${name}`}
          variant="subtle"
          color="red"
          question={
            kind === 'own'
              ? t`Mails that were encrypted for it cannot be opened any more, also those that came in already and are tried again.`
              : t`What its owner signs is believed only when something else vouches for it, and no mail can be encrypted for it.`
          }
          done={t`The key was deleted.`}
          deed={() => call('deleteMailKey', { params: { id } })}
          changes={changes}
        />
      </Group>
    </Item>
  );
}

function KeyState({ state }: { state: MailKey['state'] }) {
  const { t } = useLingui();
  if (state === 'valid') return null;
  const words = {
    expiring: t`Ends soon`,
    expired: t`Ended`,
    early: t`Not valid yet`,
    revoked: t`Revoked`,
    offered: t`Waits for you`,
  };
  const bad = state === 'expired' || state === 'revoked';
  return (
    <Badge size="sm" {...(bad ? { variant: 'filled', color: 'red.9' } : { variant: 'default' })}>
      {words[state]}
    </Badge>
  );
}

function Download({ record: { id, name } }: { record: MailKey }) {
  const { t, i18n } = useLingui();
  const fetching = useMutation({
    mutationFn: () => call('downloadMailKey', { params: { id } }),
    onSuccess: ({ filename, content_type: type, data }) => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([data], { type }));
      link.download = filename;
      link.click();
      URL.revokeObjectURL(link.href);
    },
    onError: (error) => notifyProblem(i18n, t`The file could not be fetched`, error),
  });
  return (
    <Button
      variant="subtle"
      leftSection={<IconDownload size={16} aria-hidden />}
      aria-label={t`Download the public key of ${name}`}
      loading={fetching.isPending}
      onClick={() => fetching.mutate()}
    >
      {t`Download`}
    </Button>
  );
}

const none = { key: '', file: '', passphrase: '', authority: false };

function AddKeys() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [form, setForm] = useState(none);
  const add = useMutation({
    mutationFn: () => {
      const { key, passphrase, authority } = form;
      return call('addMailKeys', { body: { key, authority, ...(passphrase !== '' && { passphrase }) } });
    },
    onSuccess: () => {
      setForm(none);
      notifyDone(t`The keys were added.`);
      return readAnew(cache, changes);
    },
  });
  const read = async (file: File | null) => {
    if (!file) return;
    const text = await file.text();
    const bytes = new Uint8Array(await file.arrayBuffer());
    const key = text.includes('-----BEGIN ')
      ? text
      : btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    setForm((known) => ({ ...known, key, file: file.name }));
  };
  return (
    <Section
      title={t`Add keys`}
      lead={t`A PKCS#12 file (.p12, .pfx), certificates in PEM, or OpenPGP keys (.asc, .gpg), with the private key for an own one. The private key stays in the desk, sealed.`}
    >
      <Stack maw={640}>
        <Group gap="sm">
          <FileButton onChange={(file) => void read(file)} accept=".p12,.pfx,.pem,.crt,.cer,.der,.key,.asc,.gpg,.pgp">
            {(props) => (
              <Button {...props} variant="default" leftSection={<IconUpload size={16} aria-hidden />}>
                {t`Choose a file`}
              </Button>
            )}
          </FileButton>
          {form.file !== '' && <Text size="sm">{form.file}</Text>}
        </Group>
        <Textarea
          label={t`Or its text`}
          placeholder="-----BEGIN CERTIFICATE-----"
          autosize
          minRows={3}
          maxRows={8}
          value={form.file === '' ? form.key : ''}
          onChange={(event) => setForm({ ...form, key: event.currentTarget.value, file: '' })}
        />
        <PasswordInput
          label={t`Pass phrase`}
          description={t`Of the file or of the private key, if it has one. It is not kept.`}
          autoComplete="off"
          value={form.passphrase}
          onChange={(event) => setForm({ ...form, passphrase: event.currentTarget.value })}
        />
        <Checkbox
          label={t`Trust it to vouch for others`}
          checked={form.authority}
          onChange={(event) => setForm({ ...form, authority: event.currentTarget.checked })}
        />
        {add.isError && <FormProblem>{problemText(i18n, add.error)}</FormProblem>}
        <Group>
          <Button disabled={form.key.trim() === ''} loading={add.isPending} onClick={() => add.mutate()}>
            {t`Add`}
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}

/** An OpenPGP key needs nobody who vouches for it: the desk makes its own. */
function GenerateKey() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { data: groups = [] } = useQuery(groupsQuery);
  const [group, setGroup] = useState<string | null>(null);
  const make = useMutation({
    mutationFn: () => call('generateMailKey', { body: { group_id: Number(group) } }),
    onSuccess: () => {
      setGroup(null);
      notifyDone(t`The key was made. Download its public half and hand it on.`);
      return readAnew(cache, changes);
    },
  });
  return (
    <Section
      title={t`Make an OpenPGP key`}
      lead={t`For the address of a group; it is valid for three years. A certificate for S/MIME comes from an authority.`}
    >
      <Stack maw={640}>
        <Select
          label={t`Group`}
          searchable
          data={groups.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={group}
          onChange={setGroup}
        />
        {make.isError && <FormProblem>{problemText(i18n, make.error)}</FormProblem>}
        <Group>
          <Button disabled={group === null} loading={make.isPending} onClick={() => make.mutate()}>
            {t`Make the key`}
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}

function Groups() {
  const { t } = useLingui();
  const groups = useQuery(groupsQuery);
  const sealing = useQuery(sealingQuery);
  const of = (id: number) => sealing.data?.find(({ group_id }) => group_id === id);
  return (
    <Section
      title={t`What groups want`}
      lead={t`Offered for new mails where it is possible; whoever writes can choose otherwise.`}
    >
      {groups.data && sealing.data ? (
        <ItemList label={t`What groups want`}>
          {groups.data.map(({ id, name }) => (
            <Wanted key={id} groupId={id} name={name} stored={of(id)} />
          ))}
        </ItemList>
      ) : (
        <Skeleton height={56} aria-label={t`Loading`} />
      )}
    </Section>
  );
}

function Wanted({ groupId, name, stored }: { groupId: number; name: string; stored: GroupSealing | undefined }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const set = useMutation({
    mutationFn: (body: { sign?: boolean; encrypt?: boolean; sign_automatic?: boolean }) =>
      call('updateMailSealing', { params: { group_id: groupId }, body }),
    onSuccess: () => notifyDone(t`The settings were saved.`),
    onError: (error) => notifyProblem(i18n, t`Nothing was changed`, error),
    onSettled: () => readAnew(cache, changes),
  });
  const choices = [
    ['sign', t`Sign`],
    ['encrypt', t`Encrypt`],
    ['sign_automatic', t`Sign automatic mails`],
  ] as const;
  return (
    <Item what={name} facts="">
      <Group gap="md" role="group" aria-label={name}>
        {choices.map(([what, label]) => (
          <Checkbox
            key={what}
            label={label}
            disabled={set.isPending}
            checked={stored?.[what] ?? false}
            onChange={(event) => set.mutate({ [what]: event.currentTarget.checked })}
          />
        ))}
      </Group>
    </Item>
  );
}
