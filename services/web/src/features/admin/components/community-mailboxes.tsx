import { useLingui } from '@lingui/react/macro';
import { Badge, Button, Group, PasswordInput, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { notifyDone } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import {
  type Mailbox,
  type MailboxValues,
  mailboxBody,
  mailboxOptions,
  mailboxValues,
} from '../../mail/account-values.ts';
import { AccountTester } from '../../mail/components/account-test.tsx';
import { FetchingFields, MailboxNames, MailboxSwitch } from '../../mail/components/mailbox-fields.tsx';
import { mailboxesQuery } from '../../mail/queries.ts';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { useMe } from '../../session/use-me.ts';
import { type Community, groupsQuery, readAnew } from '../queries.ts';
import classes from './admin-page.module.css';

const changes = ['mail'];

/** The mailboxes that lead to the groups of a community; where each connects to is the desk's to say. */
export function CommunityMailboxes({ community: { group_ids } }: { community: Community }) {
  const { t } = useLingui();
  const { may } = useMe();
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: mailboxes = [] } = useQuery(mailboxesQuery);
  const [open, setOpen] = useState<number | null>(null);
  const own = groups.filter(({ id }) => group_ids.includes(id));
  const boxes = mailboxes.filter(({ group_id }) => group_id !== null && group_ids.includes(group_id));
  return (
    <Section title={t`Mailboxes`} lead={t`Those that lead to its groups.`}>
      {boxes.length === 0 && (
        <Text size="sm" c="dimmed">
          {t`No mailbox leads to them.`}
        </Text>
      )}
      <ItemList label={t`Mailboxes`}>
        {boxes.map((mailbox) => {
          const { id, name, email, group_id, active, status_in, last_log_in } = mailbox;
          return (
            <Item
              key={id}
              what={
                <>
                  {may('admin.channel_email') ? (
                    <Link to="/admin/mail/mailboxes/$id" params={{ id: String(id) }} className={classes.link}>
                      {name}
                    </Link>
                  ) : (
                    name
                  )}{' '}
                  {!active && (
                    <Badge size="sm" variant="light" color="gray">
                      {t`Inactive`}
                    </Badge>
                  )}
                </>
              }
              facts={[
                email,
                own.find((group) => group.id === group_id)?.name ?? `#${group_id}`,
                status_in === 'ok' && t`works`,
                status_in === 'error' && (last_log_in ?? t`does not work`),
              ]
                .filter(Boolean)
                .join(' · ')}
            >
              {open === id ? (
                <MailboxForm mailbox={mailbox} groups={own} onClose={() => setOpen(null)} />
              ) : (
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={t`Change the mailbox: ${name}`}
                  onClick={() => setOpen(id)}
                >
                  {t`Change the mailbox`}
                </Button>
              )}
            </Item>
          );
        })}
      </ItemList>
    </Section>
  );
}

interface FormProps {
  mailbox: Mailbox;
  groups: readonly { id: number; name: string }[];
  onClose: () => void;
}

function MailboxForm({ mailbox, groups, onClose }: FormProps) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { id, name: stored, options } = mailbox;
  const [values, setValues] = useState<MailboxValues>(() => mailboxValues(mailbox));
  const set = (part: Partial<MailboxValues>) => setValues((now) => ({ ...now, ...part }));
  const save = useMutation({
    mutationFn: () => call('updateMailChannel', { params: { id }, body: mailboxBody(values) }),
    onSuccess: () => {
      notifyDone(t`The mailbox was saved.`);
      onClose();
    },
    onSettled: () => readAnew(cache, changes),
  });
  const { host, user } = options.inbound.options;
  return (
    <form
      className={classes.form}
      aria-label={t`Change the mailbox: ${stored}`}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack mb="md">
        <FormProblem>{save.error && problemText(i18n, save.error)}</FormProblem>
        <Text size="sm" c="dimmed">
          {t`${user} at ${host}. Another server or account is named by whoever administers the desk.`}
        </Text>
        <div className={classes.columns}>
          <MailboxNames values={values} set={set} />
          <Select
            label={t`Group`}
            allowDeselect={false}
            data={groups.map((group) => ({ value: String(group.id), label: group.name }))}
            value={String(values.group_id)}
            onChange={(group) => group && set({ group_id: Number(group) })}
          />
          {values.way === 'password' && (
            <PasswordInput
              label={t`Password`}
              autoComplete="new-password"
              visibilityToggleButtonProps={{ 'aria-label': t`Show what is typed` }}
              value={values.password}
              onChange={(event) => set({ password: event.currentTarget.value })}
            />
          )}
          <FetchingFields values={values} set={set} />
        </div>
        <MailboxSwitch values={values} set={set} />
        <AccountTester run={() => call('testMailChannel', { body: { id, options: mailboxOptions(values) } })} />
        <Group gap="xs">
          <Button type="submit" loading={save.isPending}>
            {t`Save the mailbox`}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t`Cancel`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
