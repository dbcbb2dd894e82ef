import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, Select, Skeleton, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type CallInput, call } from '../../../app/api.ts';
import { notifyDone } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { type AccessLevel, accessLevels } from '../group-access.ts';
import { levelLabels } from '../labels.ts';
import { groupsQuery, type Mapping, mappingsQuery, providersQuery, readAnew, rolesQuery } from '../queries.ts';
import { AskButton } from './ask-button.tsx';

const changes = ['sign-in', 'users'];

/** Names of what mappings refer to by id. */
function useNames() {
  const { data: roles = [] } = useQuery(rolesQuery);
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: providers = [] } = useQuery(providersQuery);
  const nameIn = (rows: readonly { id: number; name: string }[], id: number | null) =>
    rows.find((row) => row.id === id)?.name ?? (id === null ? '' : `#${id}`);
  return {
    roles,
    groups,
    providers,
    role: (id: number | null) => nameIn(roles, id),
    group: (id: number | null) => nameIn(groups, id),
    provider: (id: number) => providers.find((row) => row.id === id)?.title ?? `#${id}`,
  };
}

/** What memberships at a provider are worth here. */
export function Mappings() {
  const { t } = useLingui();
  const mappings = useQuery(mappingsQuery);
  const names = useNames();
  const [dialog, setDialog] = useState<{ mapping: Mapping | null } | null>(null);
  const worth = useWorth();
  const close = () => setDialog(null);
  return (
    <>
      <Section
        title={t`Mappings of entitlements`}
        lead={t`Who is a member of a group at the provider gets a role or access to a group here, and loses it when the membership ends.`}
        action={
          names.providers.length > 0 && (
            <Button variant="default" onClick={() => setDialog({ mapping: null })}>
              {t`New mapping`}
            </Button>
          )
        }
      >
        {mappings.isError ? (
          <Failed error={mappings.error} onRetry={() => void mappings.refetch()} />
        ) : !mappings.data ? (
          <Skeleton height={56} />
        ) : mappings.data.length === 0 ? (
          <Text size="sm">{t`There are none.`}</Text>
        ) : (
          <ItemList label={t`Mappings of entitlements`}>
            {mappings.data.map((mapping) => (
              <Item
                key={mapping.id}
                what={mapping.pattern}
                facts={[names.provider(mapping.provider_id), worth(mapping), mapping.note].filter(Boolean).join(' · ')}
              >
                <Group gap={6}>
                  <Button
                    variant="default"
                    size="compact-sm"
                    aria-label={t`Edit the mapping of ${mapping.pattern}`}
                    onClick={() => setDialog({ mapping })}
                  >
                    {t`Edit`}
                  </Button>
                  <AskButton
                    size="compact-sm"
                    label={t`Delete`}
                    name={t`Delete the mapping of ${mapping.pattern}`}
                    question={t`What it gave is taken back at once.`}
                    done={t`The mapping was deleted.`}
                    deed={() => call('deleteEntitlementMapping', { params: { id: mapping.id } })}
                    changes={changes}
                  />
                </Group>
              </Item>
            ))}
          </ItemList>
        )}
        <Modal
          opened={dialog !== null}
          onClose={close}
          title={dialog?.mapping ? t`Edit the mapping` : t`New mapping`}
          closeOnClickOutside={false}
          closeButtonProps={{ 'aria-label': t`Close` }}
        >
          {dialog && <MappingForm mapping={dialog.mapping} onClose={close} />}
        </Modal>
      </Section>
      {mappings.data && mappings.data.length > 0 && <Preview mappings={mappings.data} />}
    </>
  );
}

/** In words: what a mapping gives. */
function useWorth(): (mapping: Pick<Mapping, 'role_id' | 'group_id' | 'access'>) => string {
  const { t, i18n } = useLingui();
  const names = useNames();
  return ({ role_id, group_id, access }) => {
    const role = names.role(role_id);
    const group = names.group(group_id);
    const level = access ? i18n._(levelLabels[access]) : '';
    return [role_id === null ? '' : t`role ${role}`, group_id === null ? '' : `${group}: ${level}`]
      .filter(Boolean)
      .join(' · ');
  };
}

function MappingForm({ mapping, onClose }: { mapping: Mapping | null; onClose: () => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { roles, groups, providers } = useNames();
  const [provider, setProvider] = useState<string | null>(String(mapping?.provider_id ?? providers[0]?.id ?? ''));
  const [pattern, setPattern] = useState(mapping?.pattern ?? '');
  const [role, setRole] = useState<string | null>(mapping?.role_id ? String(mapping.role_id) : null);
  const [group, setGroup] = useState<string | null>(mapping?.group_id ? String(mapping.group_id) : null);
  const [access, setAccess] = useState<AccessLevel>(mapping?.access ?? 'read');
  const [note, setNote] = useState(mapping?.note ?? '');
  const save = useMutation({
    mutationFn: () => {
      const worth = {
        role_id: role === null ? null : Number(role),
        group_id: group === null ? null : Number(group),
        access: group === null ? null : access,
        note,
      };
      // Written only when it is another one: a new pattern must be earned anew.
      const changed = pattern.trim() === mapping?.pattern ? worth : { ...worth, pattern: pattern.trim() };
      if (mapping) return call('updateEntitlementMapping', { params: { id: mapping.id }, body: changed });
      const body = { ...changed, provider_id: Number(provider) };
      return call('createEntitlementMapping', {
        body: body as NonNullable<CallInput<'createEntitlementMapping'>['body']>,
      });
    },
    onSuccess: () => {
      notifyDone(mapping ? t`The mapping was saved.` : t`The mapping was created.`);
      onClose();
      return readAnew(cache, changes);
    },
  });
  const options = (rows: readonly { id: number; name: string }[]) =>
    rows.map(({ id, name }) => ({ value: String(id), label: name }));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <FormProblem>{save.isError && problemText(i18n, save.error)}</FormProblem>
      <Stack>
        <Select
          label={t`Provider`}
          data={providers.map(({ id, title }) => ({ value: String(id), label: title }))}
          value={provider}
          onChange={setProvider}
          disabled={mapping !== null}
        />
        <TextInput
          label={t`Entitlement`}
          description={t`One below it counts as well.`}
          placeholder="urn:geant:example.org:group:helpdesk:role=member"
          required
          withAsterisk={false}
          maxLength={2000}
          data-autofocus
          value={pattern}
          onChange={(event) => setPattern(event.currentTarget.value)}
        />
        <Select
          label={t`Role`}
          placeholder={t`None`}
          data={options(roles)}
          value={role}
          onChange={setRole}
          clearable
          clearButtonProps={{ 'aria-label': t`No role` }}
        />
        <Select
          label={t`Group`}
          placeholder={t`None`}
          data={options(groups)}
          value={group}
          onChange={setGroup}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': t`No group` }}
          nothingFoundMessage={t`No such group`}
        />
        {group !== null && (
          <Select
            label={t`Access`}
            data={accessLevels.map((level) => ({ value: level, label: i18n._(levelLabels[level]) }))}
            value={access}
            onChange={(level) => level && setAccess(level as AccessLevel)}
          />
        )}
        <TextInput
          label={t`Note`}
          maxLength={250}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t`Cancel`}
          </Button>
          <Button type="submit" loading={save.isPending} disabled={role === null && group === null}>
            {t`Save`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What somebody with these entitlements would get; nothing is changed. */
function Preview({ mappings }: { mappings: readonly Mapping[] }) {
  const { t, i18n } = useLingui();
  const { providers } = useNames();
  const worth = useWorth();
  const [provider, setProvider] = useState<string | null>(String(mappings[0]?.provider_id ?? ''));
  const [lines, setLines] = useState('');
  const entitlements = lines.split('\n').flatMap((line) => line.trim() || []);
  const attempt = useMutation({
    mutationFn: () => call('previewEntitlementMappings', { body: { provider_id: Number(provider), entitlements } }),
  });
  const unknown = attempt.data?.entitlements.filter(({ normal }) => normal === null) ?? [];
  return (
    <Section title={t`Try the mappings`} lead={t`What would somebody with these entitlements get?`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          attempt.mutate();
        }}
      >
        <FormProblem>{attempt.isError && problemText(i18n, attempt.error)}</FormProblem>
        <Stack>
          {providers.length > 1 && (
            <Select
              label={t`Provider`}
              data={providers.map(({ id, title }) => ({ value: String(id), label: title }))}
              value={provider}
              onChange={setProvider}
            />
          )}
          <Textarea
            label={t`Entitlements`}
            description={t`One a line.`}
            autosize
            minRows={3}
            value={lines}
            onChange={(event) => setLines(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button type="submit" variant="default" loading={attempt.isPending} disabled={entitlements.length === 0}>
              {t`Try them`}
            </Button>
          </Group>
        </Stack>
      </form>
      <div role="status">
        {attempt.data?.mappings.length === 0 && <Text size="sm">{t`They would get nothing.`}</Text>}
        {attempt.data && attempt.data.mappings.length > 0 && (
          <ItemList label={t`What they would get`}>
            {attempt.data.mappings.map(({ id, entitlement }) => {
              const mapping = mappings.find((each) => each.id === id);
              return (
                <Item key={id} what={mapping ? worth(mapping) : `#${id}`} facts={<Trans>by {entitlement}</Trans>} />
              );
            })}
          </ItemList>
        )}
        {unknown.length > 0 && (
          <Text size="sm" mt="xs">
            <Trans>Passed over, as they name no group: {unknown.map(({ value }) => value).join(', ')}</Trans>
          </Text>
        )}
      </div>
    </Section>
  );
}
