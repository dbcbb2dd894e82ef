import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, MultiSelect, Select, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { Ago } from '../../../ui/ago.tsx';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { ShownOnce } from '../../../ui/shown-once.tsx';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { Cancelled, proven } from '../proof.ts';
import { type ApiToken, tokensQuery } from '../queries.ts';

const DAY_MS = 86_400_000;

/** Keys for scripts, each with the permissions it needs and no more. */
export function ApiTokens() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { data } = useQuery(tokensQuery);
  const [open, setOpen] = useState(false);
  const again = () => cache.invalidateQueries({ queryKey: tokensQuery.queryKey });
  const remove = useMutation({
    mutationFn: (id: number) => call('deleteToken', { params: { id } }),
    onSuccess: () => notifyDone(t`The token does not work any more.`),
    onError: (error) => notifyProblem(i18n, t`The token was not removed`, error),
    onSettled: again,
  });
  return (
    <Section
      title={t`API tokens`}
      lead={t`For scripts and other programs. A token is shown once, when it is made.`}
      action={
        <Button variant="default" onClick={() => setOpen(true)}>
          {t`Make a token`}
        </Button>
      }
    >
      {!data && <Skeleton height={56} />}
      {data?.tokens.length === 0 && (
        <Text size="sm" mt="xs">
          {t`You have none.`}
        </Text>
      )}
      <ItemList label={t`API tokens`}>
        {data?.tokens.map((token) => (
          <Row key={token.id} token={token} onRemove={() => remove.mutate(token.id)} />
        ))}
      </ItemList>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={t`Make a token`}
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        {open && (
          <NewToken
            permissions={data?.permissions.map(({ name }) => name) ?? []}
            onMade={again}
            onClose={() => setOpen(false)}
          />
        )}
      </Modal>
    </Section>
  );
}

function Row({ token, onRemove }: { token: ApiToken; onRemove: () => void }) {
  const { t } = useLingui();
  const { name } = token;
  return (
    <Item
      what={name}
      facts={
        <>
          {token.preferences.permission.join(', ')} ·{' '}
          {token.last_used_at ? (
            <>
              <Trans>last used</Trans> <Ago at={token.last_used_at} />
            </>
          ) : (
            t`never used`
          )}
          {' · '}
          {token.expires_at ? (
            <>
              <Trans>ends</Trans> <Ago at={token.expires_at} />
            </>
          ) : (
            t`does not end`
          )}
        </>
      }
    >
      <Button variant="default" size="compact-sm" aria-label={t`Revoke the token ${name}`} onClick={onRemove}>
        {t`Revoke`}
      </Button>
    </Item>
  );
}

interface NewTokenProps {
  permissions: readonly string[];
  onMade: () => void;
  onClose: () => void;
}

function NewToken({ permissions, onMade, onClose }: NewTokenProps) {
  const { t, i18n } = useLingui();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string[]>([]);
  const [days, setDays] = useState('90');
  const make = useMutation({
    mutationFn: () => {
      const expires_at = days === '' ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString();
      return proven(() => call('createToken', { body: { name, permission: chosen, expires_at } }));
    },
    onSuccess: onMade,
  });
  if (make.data) {
    const values = [{ value: make.data.token }];
    return <ShownOnce note={t`Copy the token now: it is not shown again.`} values={values} onClose={onClose} />;
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <FormProblem>{make.isError && !(make.error instanceof Cancelled) && problemText(i18n, make.error)}</FormProblem>
      <Stack>
        <TextInput
          label={t`Name`}
          description={t`What it is for.`}
          required
          withAsterisk={false}
          maxLength={250}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <MultiSelect
          label={t`Permissions`}
          description={t`Only what it needs, of what you may do yourself.`}
          data={[...permissions]}
          value={chosen}
          onChange={setChosen}
          searchable
          hidePickedOptions
          withAsterisk={false}
        />
        <Select
          label={t`Works for`}
          data={[
            { value: '30', label: t`30 days` },
            { value: '90', label: t`90 days` },
            { value: '365', label: t`1 year` },
            { value: '', label: t`ever` },
          ]}
          value={days}
          onChange={(value) => setDays(value ?? '')}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t`Cancel`}
          </Button>
          <Button type="submit" loading={make.isPending} disabled={chosen.length === 0}>
            {t`Make the token`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
