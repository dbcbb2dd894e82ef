import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, SegmentedControl, Select, Skeleton, Stack, Text, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { Ago } from '../../../ui/ago.tsx';
import { notifyDone } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { ticketQuery } from '../../tickets/queries.ts';
import { holdsQuery, keyOf, type LegalHold, readAnew } from '../queries.ts';
import classes from './admin-page.module.css';
import { AskButton } from './ask-button.tsx';
import { PersonField } from './person-field.tsx';
import { PersonName } from './person-name.tsx';

const changes = ['data-protection'];

/** People and tickets that are kept whatever is ordered. */
export function LegalHolds() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(holdsQuery);
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <Section
      title={t`Legal holds`}
      lead={t`A person under hold is not erased; a ticket under hold stays as it is.`}
      action={
        <Button variant="default" onClick={() => setOpen(true)}>
          {t`Place a hold`}
        </Button>
      }
    >
      {error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton height={56} />
      ) : data.length === 0 ? (
        <Text size="sm">{t`There are none.`}</Text>
      ) : (
        <ItemList label={t`Legal holds`}>
          {data.map((hold) => (
            <Row key={hold.id} hold={hold} />
          ))}
        </ItemList>
      )}
      <Modal
        opened={open}
        onClose={close}
        title={t`Place a hold`}
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        {open && <NewHold onClose={close} />}
      </Modal>
    </Section>
  );
}

function Row({ hold: { id, object, object_id, reason, created_at, created_by_id } }: { hold: LegalHold }) {
  const { t } = useLingui();
  return (
    <Item
      what={
        object === 'User' ? (
          <Link to="/admin/users/$id" params={{ id: String(object_id) }} className={classes.link}>
            <PersonName id={object_id} />
          </Link>
        ) : (
          <Link to="/tickets/$id" params={{ id: String(object_id) }} className={classes.link}>
            <TicketName id={object_id} />
          </Link>
        )
      }
      facts={
        <>
          {reason} ·{' '}
          <Trans>
            placed by <PersonName id={created_by_id} />
          </Trans>{' '}
          <Ago at={created_at} />
        </>
      }
    >
      <AskButton
        size="compact-sm"
        label={t`Lift`}
        name={object === 'User' ? t`Lift the hold of person ${object_id}` : t`Lift the hold of ticket ${object_id}`}
        question={t`It can be erased again. What an erasure left because of the hold stays until somebody deletes it.`}
        done={t`The hold was lifted.`}
        deed={() => call('deleteLegalHold', { params: { id } })}
        changes={changes}
      />
    </Item>
  );
}

/** Title and number; the id alone where the ticket is not for whoever looks. */
function TicketName({ id }: { id: number }) {
  const { t } = useLingui();
  const { data } = useQuery({ ...ticketQuery(id), retry: false });
  return <span>{data ? `#${data.number} ${data.title}` : t`Ticket with id ${id}`}</span>;
}

function NewHold({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [object, setObject] = useState<LegalHold['object']>('User');
  const [target, setTarget] = useState<number | null>(null);
  const [reason, setReason] = useState('');
  const place = useMutation({
    mutationFn: () => call('createLegalHold', { body: { object, object_id: target ?? 0, reason: reason.trim() } }),
    onSuccess: () => {
      notifyDone(t`The hold was placed.`);
      onClose();
      return readAnew(cache, changes);
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        place.mutate();
      }}
    >
      <FormProblem>{place.isError && problemText(i18n, place.error)}</FormProblem>
      <Stack>
        <SegmentedControl
          aria-label={t`What is kept`}
          data={[
            { value: 'User', label: t`A person` },
            { value: 'Ticket', label: t`A ticket` },
          ]}
          value={object}
          onChange={(kind) => {
            setObject(kind as typeof object);
            setTarget(null);
          }}
        />
        {object === 'User' ? (
          <PersonField label={t`Person`} value={target} onChange={setTarget} />
        ) : (
          <TicketField value={target} onChange={setTarget} />
        )}
        <Textarea
          label={t`Reason`}
          description={t`It must not name the person: nothing erases it.`}
          required
          withAsterisk={false}
          autosize
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t`Cancel`}
          </Button>
          <Button type="submit" loading={place.isPending} disabled={target === null || reason.trim() === ''}>
            {t`Place the hold`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Finds a ticket among those that one may see. */
function TicketField({ value, onChange }: { value: number | null; onChange: (id: number | null) => void }) {
  const { t, i18n } = useLingui();
  const [words, setWords] = useState('');
  const [settled] = useDebouncedValue(words.trim(), 180);
  const searching = settled.length >= 2 && value === null;
  const { data, error } = useQuery({
    queryKey: keyOf('data-protection', 'ticket-search', settled),
    queryFn: ({ signal }) => call('ticketList', { query: { view: 'all', query: settled, limit: 8 }, signal }),
    enabled: searching,
  });
  const { data: chosen } = useQuery({ ...ticketQuery(value ?? 0), enabled: value !== null });
  const found = chosen ? [chosen] : (data?.tickets ?? []);
  return (
    <Select
      label={t`Ticket`}
      placeholder={t`Number or words`}
      data={found.map(({ id, number, title }) => ({ value: String(id), label: `#${number} ${title}` }))}
      // The server searched; what it found is shown as it is.
      filter={({ options }) => options}
      value={value === null ? null : String(value)}
      onChange={(id) => onChange(id === null ? null : Number(id))}
      searchable
      onSearchChange={setWords}
      clearable
      clearButtonProps={{ 'aria-label': t`No ticket` }}
      nothingFoundMessage={searching ? t`No ticket that you may see matches` : undefined}
      error={error && problemText(i18n, error)}
    />
  );
}
