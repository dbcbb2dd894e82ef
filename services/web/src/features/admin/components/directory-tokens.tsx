import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, Select, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { Ago } from '../../../ui/ago.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { ShownOnce } from '../../../ui/shown-once.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { type DirectoryToken, directoryTokensQuery } from '../queries.ts';
import { AskButton } from './ask-button.tsx';
import { PersonName } from './person-name.tsx';

const DAY_MS = 86_400_000;

/** What a directory shows when it comes. Each is good for as long as whoever made it may make such. */
export function DirectoryTokens({ directoryId }: { directoryId: number }) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(directoryTokensQuery(directoryId));
  const [open, setOpen] = useState(false);
  const [shown, setShown] = useState(false);
  const close = () => {
    setOpen(false);
    setShown(false);
  };
  return (
    <Section
      title={t`Tokens`}
      lead={t`They work as long as whoever made them may do so: make them with an account that stays.`}
      action={
        <Button variant="default" onClick={() => setOpen(true)}>
          {t`Make a token`}
        </Button>
      }
    >
      {error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton height={56} />
      ) : data.length === 0 ? (
        <Text size="sm">{t`There are none: the directory cannot come in yet.`}</Text>
      ) : (
        <ItemList label={t`Tokens`}>
          {data.map((token) => (
            <Row key={token.id} token={token} directoryId={directoryId} />
          ))}
        </ItemList>
      )}
      <Modal
        opened={open}
        onClose={close}
        title={t`Make a token`}
        closeOnClickOutside={false}
        closeOnEscape={!shown}
        withCloseButton={!shown}
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        {open && <NewToken directoryId={directoryId} onMade={() => setShown(true)} onClose={close} />}
      </Modal>
    </Section>
  );
}

function Row({ token, directoryId }: { token: DirectoryToken; directoryId: number }) {
  const { t } = useLingui();
  const { name, user_id, last_used_at, expires_at } = token;
  return (
    <Item
      what={name}
      facts={
        <>
          <Trans>
            made by <PersonName id={user_id} />
          </Trans>
          {' · '}
          {last_used_at ? (
            <>
              <Trans>last used</Trans> <Ago at={last_used_at} />
            </>
          ) : (
            t`never used`
          )}
          {' · '}
          {expires_at ? (
            <>
              <Trans>ends</Trans> <Ago at={expires_at} />
            </>
          ) : (
            t`does not end`
          )}
        </>
      }
    >
      <AskButton
        size="compact-sm"
        label={t`Revoke`}
        name={t`Revoke the token ${name}`}
        question={t`A directory that shows it is refused from now on.`}
        done={t`The token does not work any more.`}
        deed={() => call('deleteDirectoryToken', { params: { id: directoryId, token: token.id } })}
        changes={['directories']}
      />
    </Item>
  );
}

interface NewTokenProps {
  directoryId: number;
  onMade: () => void;
  onClose: () => void;
}

function NewToken({ directoryId, onMade, onClose }: NewTokenProps) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [name, setName] = useState('');
  const [days, setDays] = useState('365');
  const make = useMutation({
    mutationFn: () => {
      const expires_at = days === '' ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString();
      return call('createDirectoryToken', { params: { id: directoryId }, body: { name, expires_at } });
    },
    onSuccess: () => {
      onMade();
      return cache.invalidateQueries({ queryKey: directoryTokensQuery(directoryId).queryKey });
    },
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
      <FormProblem>{make.isError && problemText(i18n, make.error)}</FormProblem>
      <Stack>
        <TextInput
          label={t`Name`}
          description={t`What it is for.`}
          required
          withAsterisk={false}
          maxLength={100}
          data-autofocus
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label={t`Works for`}
          data={[
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
          <Button type="submit" loading={make.isPending}>
            {t`Make the token`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
