import { useLingui } from '@lingui/react/macro';
import {
  ActionIcon,
  Group,
  MultiSelect,
  Pill,
  Select,
  Stack,
  Switch,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import { useMe } from '../../session/use-me.ts';
import type { Field } from '../edit.ts';
import { type Community, communitiesQuery, groupsQuery, rolesQuery } from '../queries.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import { AdminPage } from './admin-page.tsx';
import { CommunityAgents } from './community-agents.tsx';
import { CommunityParts } from './community-parts.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { PersonField } from './person-field.tsx';
import { PersonName } from './person-name.tsx';
import { RecordPage } from './record-page.tsx';

interface Values {
  name: string;
  note: string;
  active: boolean;
  group_ids: number[];
  administrator_ids: number[];
  agent_role_id: number | null;
  mail_domains: string[];
}

const fresh: Values = {
  ...{ name: '', note: '', active: true, group_ids: [], administrator_ids: [], agent_role_id: null, mail_domains: [] },
};
const valuesOf = ({ name, note, active, ...rest }: Community): Values => ({
  ...{ name, note: note ?? '', active, group_ids: rest.group_ids, administrator_ids: rest.administrator_ids },
  ...{ agent_role_id: rest.agent_role_id, mail_domains: rest.mail_domains },
});
const changes = ['communities', 'users', 'groups'];

export function CommunityPage() {
  const { t } = useLingui();
  const { may } = useMe();
  const id = Number(useParams({ from: '/app/admin/communities/$id' }).id);
  const query = useQuery(communitiesQuery);
  return (
    <RecordPage query={query} id={id} up="communities" title={t`Community`}>
      {(community) => (may('admin') ? <Edit community={community} /> : <Own community={community} />)}
    </RecordPage>
  );
}

/** For whoever administers the desk. */
function Edit({ community }: { community: Community }) {
  const { t } = useLingui();
  const { id, name } = community;
  const editor = useEditor<Values>({
    stored: useStored(community, valuesOf),
    read: async () => valuesOf(await call('getCommunity', { params: { id } })),
    write: (_, changed) => call('updateCommunity', { params: { id }, body: changed }),
    done: t`The community was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="communities"
      action={
        <DeleteButton
          question={t`${name} no longer looks after itself. Its groups stay, with everything that is for them, and so does what its people may do there.`}
          done={t`The community was deleted.`}
          deed={() => call('deleteCommunity', { params: { id } })}
          back="/admin/communities"
          changes={changes}
        />
      }
    >
      <CommunityForm editor={editor} />
      <CommunityAgents community={community} />
      <CommunityParts community={community} />
    </AdminPage>
  );
}

/** For whoever administers the community. */
function Own({ community }: { community: Community }) {
  return (
    <AdminPage title={community.name} up="communities">
      <CommunityAgents community={community} />
      <CommunityParts community={community} />
    </AdminPage>
  );
}

export function NewCommunityPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, Community>({
    stored: fresh,
    write: (values) => call('createCommunity', { body: values }),
    onSaved: ({ id }) => void navigate({ to: '/admin/communities/$id', params: { id: String(id) }, replace: true }),
    done: t`The community was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New community`} up="communities">
      <CommunityForm editor={editor} saveLabel={t`Create the community`} />
    </AdminPage>
  );
}

function CommunityForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: roles = [] } = useQuery(rolesQuery);
  const labels: Record<Field<Values>, string> = {
    ...{ name: t`Name`, note: t`Note`, active: t`Active`, group_ids: t`Groups`, administrator_ids: t`Administrators` },
    ...{ agent_role_id: t`Role of its agents`, mail_domains: t`Mail domains` },
  };
  const administrators = values.administrator_ids;
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Section
        title={t`Community`}
        lead={t`Its administrators look after what is for its groups only: agents, addresses, mailboxes, SLAs, texts and looks.`}
      >
        <Stack>
          <TextInput
            label={labels.name}
            required
            withAsterisk={false}
            maxLength={100}
            value={values.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <MultiSelect
            label={labels.group_ids}
            description={t`A group belongs to one community. Those that are made below one of them belong to it as well.`}
            data={groups.map(({ id, name }) => ({ value: String(id), label: name }))}
            searchable
            value={values.group_ids.map(String)}
            onChange={(ids) => set({ group_ids: ids.map(Number) })}
          />
          <div>
            <PersonField
              label={labels.administrator_ids}
              value={null}
              onChange={(id) => id !== null && set({ administrator_ids: [...new Set([...administrators, id])] })}
            />
            <Pill.Group mt="xs" role="list" aria-label={labels.administrator_ids}>
              {administrators.map((id) => (
                <Pill key={id} size="md" role="listitem" component="div">
                  <Group gap={4} wrap="nowrap">
                    <PersonName id={id} />
                    <ActionIcon
                      size="xs"
                      variant="transparent"
                      color="gray"
                      aria-label={t`Take #${id} out`}
                      onClick={() => set({ administrator_ids: administrators.filter((each) => each !== id) })}
                    >
                      <IconX size={12} aria-hidden />
                    </ActionIcon>
                  </Group>
                </Pill>
              ))}
            </Pill.Group>
          </div>
          <Select
            label={labels.agent_role_id}
            description={t`Given to people whom the community adds. It must make agents, administer nothing and open no groups of others. Without one, it adds those only who are agents already.`}
            placeholder={t`None`}
            data={roles.map(({ id, name }) => ({ value: String(id), label: name }))}
            value={values.agent_role_id === null ? null : String(values.agent_role_id)}
            onChange={(id) => set({ agent_role_id: id === null ? null : Number(id) })}
            clearable
            clearButtonProps={{ 'aria-label': t`None` }}
          />
          <TagsInput
            label={labels.mail_domains}
            description={t`Where the addresses may be that its groups send from, such as bio.example.`}
            maxTags={50}
            splitChars={[',', ' ']}
            value={values.mail_domains}
            onChange={(domains) => set({ mail_domains: domains.map((domain) => domain.trim().toLowerCase()) })}
          />
          <Textarea
            label={labels.note}
            autosize
            maxLength={1000}
            value={values.note}
            onChange={(event) => set({ note: event.currentTarget.value })}
          />
          <Switch
            label={labels.active}
            description={t`Its administrators have no more to say while it is not.`}
            checked={values.active}
            onChange={(event) => set({ active: event.currentTarget.checked })}
          />
          {administrators.length === 0 && (
            <Text size="sm" c="dimmed">
              {t`Nobody administers it yet.`}
            </Text>
          )}
        </Stack>
      </Section>
    </EditForm>
  );
}
