import { useLingui } from '@lingui/react/macro';
import { Badge, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { notifyDone } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { nameOf } from '../../people/queries.ts';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { accessLevels, type GroupAccess } from '../group-access.ts';
import { levelLabels } from '../labels.ts';
import { type Community, type CommunityAgent, communityAgentsQuery, groupsQuery, readAnew } from '../queries.ts';
import classes from './admin-page.module.css';
import { AskButton } from './ask-button.tsx';
import { GroupAccessField } from './group-access.tsx';

const changes = ['communities', 'users'];

/** Who works in the groups of a community, and what they may do there. */
export function CommunityAgents({ community }: { community: Community }) {
  const { t } = useLingui();
  const { id, group_ids } = community;
  const { data, error, refetch } = useQuery(communityAgentsQuery(id));
  const [open, setOpen] = useState<number | 'new' | null>(null);
  return (
    <Section
      title={t`Agents`}
      lead={t`Who works in its groups. What they may do elsewhere is not touched.`}
      action={
        open !== 'new' &&
        group_ids.length > 0 && (
          <Button
            variant="default"
            leftSection={<IconUserPlus size={16} aria-hidden />}
            onClick={() => setOpen('new')}
          >{t`Add an agent`}</Button>
        )
      }
    >
      {open === 'new' && <AccessForm community={community} onClose={() => setOpen(null)} />}
      {!data && error && <Failed error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t`Nobody works there yet.`}
        </Text>
      )}
      {data && data.length > 0 && (
        <ItemList label={t`Agents`}>
          {data.map((agent) => (
            <Item
              key={agent.user_id}
              what={
                <>
                  {nameOf(agent)}{' '}
                  {!agent.active && (
                    <Badge size="sm" variant="light" color="gray">
                      {t`Inactive`}
                    </Badge>
                  )}
                </>
              }
              facts={<Access agent={agent} />}
            >
              {open === agent.user_id ? (
                <AccessForm community={community} agent={agent} onClose={() => setOpen(null)} />
              ) : (
                <Group gap="xs">
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={t`Change access: ${nameOf(agent)}`}
                    onClick={() => setOpen(agent.user_id)}
                  >{t`Change access`}</Button>
                  {Object.keys(agent.group_ids).length > 0 && (
                    <AskButton
                      size="compact-sm"
                      variant="subtle"
                      color="red"
                      label={t`Remove`}
                      name={t`Remove: ${nameOf(agent)}`}
                      question={t`${nameOf(agent)} loses all access to these groups.`}
                      done={t`The access was taken away.`}
                      deed={() =>
                        call('setCommunityAgent', {
                          params: { id },
                          body: { user_id: agent.user_id, group_ids: {} },
                        })
                      }
                      changes={changes}
                    />
                  )}
                </Group>
              )}
            </Item>
          ))}
        </ItemList>
      )}
    </Section>
  );
}

function Access({ agent }: { agent: CommunityAgent }) {
  const { t, i18n } = useLingui();
  const { data: groups = [] } = useQuery(groupsQuery);
  const nameOfGroup = (id: number) => groups.find((group) => group.id === id)?.name ?? `#${id}`;
  const list = new Intl.ListFormat(i18n.locale, { type: 'unit' });
  const own = Object.entries(agent.group_ids).map(
    ([id, levels]) =>
      `${nameOfGroup(Number(id))}: ${list.format(accessLevels.filter((level) => levels.includes(level)).map((level) => i18n._(levelLabels[level])))}`,
  );
  const byRole = agent.role_group_ids.map((id) => t`${nameOfGroup(id)}: by a role`);
  return <>{[agent.email, ...own, ...byRole].filter(Boolean).join(' · ')}</>;
}

interface FormProps {
  community: Community;
  /** Absent: somebody new. */
  agent?: CommunityAgent;
  onClose: () => void;
}

function AccessForm({ community: { id, group_ids }, agent, onClose }: FormProps) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [person, setPerson] = useState({ email: '', firstname: '', lastname: '' });
  const [access, setAccess] = useState<GroupAccess>(agent?.group_ids ?? {});
  const save = useMutation({
    mutationFn: () =>
      call('setCommunityAgent', {
        params: { id },
        body: { ...(agent ? { user_id: agent.user_id } : person), group_ids: access as Record<string, string[]> },
      }),
    onSuccess: () => {
      notifyDone(agent ? t`The access was saved.` : t`The agent was added.`);
      onClose();
    },
    onSettled: () => readAnew(cache, changes),
  });
  const field = (name: keyof typeof person, label: string, required = false) => (
    <TextInput
      label={label}
      type={name === 'email' ? 'email' : 'text'}
      required={required}
      withAsterisk={false}
      value={person[name]}
      onChange={(event) => {
        const { value } = event.currentTarget;
        setPerson((now) => ({ ...now, [name]: value }));
      }}
    />
  );
  return (
    <form
      className={classes.form}
      aria-label={agent ? t`Change access: ${nameOf(agent)}` : t`Add an agent`}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack mb="md">
        <FormProblem>{save.error && problemText(i18n, save.error)}</FormProblem>
        {!agent && (
          <>
            <div className={classes.columns}>
              {field('email', t`E-mail address`, true)}
              {field('firstname', t`First name`)}
              {field('lastname', t`Last name`)}
            </div>
            <Text size="sm" c="dimmed">
              {t`Whoever has no account yet is invited by mail. Of somebody with an account the name stays as it is.`}
            </Text>
          </>
        )}
        <GroupAccessField value={access} onChange={setAccess} only={group_ids} />
        <Group gap="xs">
          <Button type="submit" loading={save.isPending} disabled={!agent && Object.keys(access).length === 0}>
            {agent ? t`Save the access` : t`Add the agent`}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t`Cancel`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
