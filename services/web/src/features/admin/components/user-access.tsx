import { Trans, useLingui } from '@lingui/react/macro';
import { Badge, Button, Group, NumberInput, Skeleton, Stack, Table, Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { problemText } from '../../../ui/problem.ts';
import { Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { nameOf } from '../../people/queries.ts';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { useMe } from '../../session/use-me.ts';
import { levelLabels } from '../labels.ts';
import { ticketAccessQuery, type User, type UserAccess, userAccessQuery } from '../queries.ts';

type Source = UserAccess['permissions'][number]['from'][number];

/** What somebody may do and by what, in words; and the desk as they see it. */
export function UserAccessSection({ user }: { user: User }) {
  const { t, i18n } = useLingui();
  const { me } = useMe();
  const { data, error, refetch } = useQuery(userAccessQuery(user.id));
  const view = useMutation({
    mutationFn: () => call('beginViewAs', { body: { user_id: user.id } }),
    // Everything that is remembered was read as somebody else.
    onSuccess: () => window.location.assign('/'),
  });
  const name = nameOf(user);
  return (
    <Section
      title={t`What they may do`}
      lead={t`Rights add up: what one role or group access gives, no other takes away.`}
      action={
        user.active &&
        user.id !== me.id && (
          <Button
            variant="default"
            leftSection={<IconEye size={16} aria-hidden />}
            loading={view.isPending}
            onClick={() => view.mutate()}
          >
            {t`View as ${name}`}
          </Button>
        )
      }
    >
      <FormProblem>{view.error && problemText(i18n, view.error)}</FormProblem>
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={72} aria-label={t`Loading`} />}
      {data && <Explained access={data} userId={user.id} />}
    </Section>
  );
}

function Explained({ access, userId }: { access: UserAccess; userId: number }) {
  const { t, i18n } = useLingui();
  const sourceText = useSourceText();
  return (
    <Stack>
      <Text size="sm">
        {!access.active
          ? t`The account is inactive: nobody can sign in with it.`
          : access.agent
            ? t`An agent: the groups below count.`
            : t`No agent: access to groups is kept, but does not count.`}
      </Text>
      <Table.ScrollContainer minWidth={360} type="native" tabIndex={0}>
        <Table aria-label={t`Access to groups`} verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Group`}</Table.Th>
              <Table.Th>{t`Access`}</Table.Th>
              <Table.Th>{t`Comes from`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {access.groups.map(({ id, name, active, levels }) =>
              levels.map(({ level, from }, i) => (
                <Table.Tr key={`${id}-${level}`}>
                  <Table.Td>
                    {i === 0 && name}{' '}
                    {i === 0 && !active && (
                      <Badge size="sm" variant="light" color="gray">
                        {t`Inactive`}
                      </Badge>
                    )}
                  </Table.Td>
                  <Table.Td>{i18n._(levelLabels[level])}</Table.Td>
                  <Table.Td>{from.map(sourceText).join(' · ')}</Table.Td>
                </Table.Tr>
              )),
            )}
            {access.groups.length === 0 && (
              <Table.Tr>
                <Table.Td colSpan={3}>{t`They have access to no group.`}</Table.Td>
              </Table.Tr>
            )}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <details>
        <summary>{t`Permissions (${access.permissions.length})`}</summary>
        <ul>
          {access.permissions.map(({ name, from }) => (
            <li key={name}>
              <code>{name}</code>: {from.map(sourceText).join(' · ')}
            </li>
          ))}
        </ul>
      </details>
      <OfTicket userId={userId} />
    </Stack>
  );
}

function useSourceText() {
  const { t } = useLingui();
  return ({ role, local }: Source): string => {
    const given = local ? '' : ` (${t`by a provider or directory`})`;
    return (role ? t`Role ${role.name}` : t`Their own access`) + given;
  };
}

/** The same for one ticket, by the id in its address. */
function OfTicket({ userId }: { userId: number }) {
  const { t, i18n } = useLingui();
  const [typed, setTyped] = useState<number | string>('');
  const [asked, setAsked] = useState<number | null>(null);
  const { data, error, isFetching } = useQuery(ticketAccessQuery(asked, userId));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setAsked(Number(typed) || null);
      }}
    >
      <Group align="flex-end" gap="xs">
        <NumberInput
          label={t`Id of a ticket`}
          description={t`As in its address`}
          hideControls
          min={1}
          w={160}
          value={typed}
          onChange={setTyped}
        />
        <Button type="submit" variant="default" loading={isFetching} disabled={!Number(typed)}>
          {t`Explain`}
        </Button>
      </Group>
      <FormProblem>{error && problemText(i18n, error)}</FormProblem>
      <div role="status">
        {data && (
          <Stack gap={2} mt="sm">
            <Text size="sm">
              {data.may.read ? t`They see this ticket.` : t`They do not see this ticket.`}{' '}
              {data.levels.length > 0 && (
                <Trans>
                  As an agent of its group: {data.levels.map((level) => i18n._(levelLabels[level])).join(', ')}.
                </Trans>
              )}{' '}
              {data.customer && t`It is their own request.`}{' '}
              {data.organization && t`Their organization shares its requests.`}
            </Text>
            <Text size="sm">
              {[
                data.may.read_internal ? t`They read internal notes.` : t`They read no internal notes.`,
                data.may.answer ? t`They can answer.` : t`They cannot answer.`,
                data.may.change ? t`They can change its fields.` : t`They cannot change its fields.`,
                data.may.own ? t`They can be its owner.` : t`They cannot be its owner.`,
              ].join(' ')}
            </Text>
          </Stack>
        )}
      </div>
    </form>
  );
}
