import { useLingui } from '@lingui/react/macro';
import { Alert, Button, Group, Radio, Skeleton, Stack, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconBan } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { notifyDone } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { type ErasedTickets, serviceLabel, ticketsLabels, ticketsTexts } from '../erasure-labels.ts';
import { erasurePreviewQuery, readAnew } from '../queries.ts';
import { AdminPage } from './admin-page.tsx';
import { Counts } from './counts.tsx';
import { PersonField } from './person-field.tsx';

/** What is typed by whoever means it; the server wants to see it as well. */
const SURE = 'DELETE';
const choices = Object.keys(ticketsLabels) as ErasedTickets[];

/** Whom, what it would touch, what becomes of their tickets: in this order, and on one page. */
export function NewErasurePage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { person } = useSearch({ from: '/app/admin/data-protection/new' });
  const id = person !== undefined && /^\d+$/.test(person) ? Number(person) : null;
  return (
    <AdminPage title={t`Erase a person`} up="data-protection">
      <Section
        title={t`Who`}
        lead={t`Directories and providers that still know them would make a new account: end it there first.`}
      >
        <PersonField
          label={t`Person`}
          value={id}
          onChange={(chosen) =>
            void navigate({
              to: '/admin/data-protection/new',
              search: chosen === null ? {} : { person: String(chosen) },
              replace: true,
            })
          }
        />
      </Section>
      {id !== null && <Order key={id} personId={id} />}
    </AdminPage>
  );
}

function Order({ personId }: { personId: number }) {
  const { t } = useLingui();
  const preview = useQuery(erasurePreviewQuery(personId));
  if (preview.error) return <Failed error={preview.error} onRetry={() => void preview.refetch()} />;
  if (!preview.data) return <Skeleton height={220} aria-label={t`Loading`} />;
  const { services, refused } = preview.data;
  return (
    <>
      <Section title={t`What is touched`} lead={t`Counted now; nothing is changed yet.`}>
        <Touched services={services} />
      </Section>
      <div role="alert">
        {refused !== null && (
          <Alert color="red" variant="light" icon={<IconBan aria-hidden />} title={t`This person cannot be erased`}>
            {refused}
          </Alert>
        )}
      </div>
      {refused === null && <OrderForm personId={personId} />}
    </>
  );
}

function Touched({ services }: { services: readonly { name: string; counts: Record<string, number> | null }[] }) {
  const { t, i18n } = useLingui();
  return (
    <ItemList label={t`What is touched`}>
      {services.map(({ name, counts }) => (
        <Item
          key={name}
          what={i18n._(serviceLabel(name))}
          facts={
            counts ? <Counts counts={counts} none={t`Nothing`} /> : t`It does not answer now. The erasure waits for it.`
          }
        />
      ))}
    </ItemList>
  );
}

function OrderForm({ personId }: { personId: number }) {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [tickets, setTickets] = useState<ErasedTickets>('pseudonymise');
  const [sure, setSure] = useState('');
  const order = useMutation({
    mutationFn: () =>
      call('createDataPrivacyTask', {
        body: { deletable_type: 'User', deletable_id: personId, preferences: { sure, tickets } },
      }),
    onSuccess: async ({ id }) => {
      notifyDone(t`The erasure has begun.`);
      await navigate({ to: '/admin/data-protection/tasks/$id', params: { id: String(id) }, replace: true });
      await readAnew(cache, ['data-protection', 'users']);
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        order.mutate();
      }}
    >
      <Stack>
        <Section title={t`Their requests`}>
          <Radio.Group
            aria-label={t`Their requests`}
            value={tickets}
            onChange={(choice) => setTickets(choice as typeof tickets)}
          >
            <Stack gap="sm">
              {choices.map((choice) => (
                <Radio
                  key={choice}
                  value={choice}
                  label={i18n._(ticketsLabels[choice])}
                  description={i18n._(ticketsTexts[choice])}
                />
              ))}
            </Stack>
          </Radio.Group>
        </Section>
        <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={t`There is no way back`}>
          {t`The account is closed and emptied at once. Backups, and mails that left, keep what they hold.`}
        </Alert>
        <FormProblem>{order.isError && problemText(i18n, order.error)}</FormProblem>
        <Group align="flex-end">
          <TextInput
            flex="1 1 200px"
            label={t`Type ${SURE} to go on`}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            value={sure}
            onChange={(event) => setSure(event.currentTarget.value)}
          />
          <Button type="submit" color="red.9" loading={order.isPending} disabled={sure !== SURE}>
            {t`Erase the person`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
