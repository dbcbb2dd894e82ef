import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Badge, Text } from '@mantine/core';
import { IconCircleCheck, IconLoader } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ApiError } from '../../../app/api.ts';
import { Ago } from '../../../ui/ago.tsx';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { serviceLabel, ticketsLabels } from '../erasure-labels.ts';
import { type ErasureTask, erasureQuery } from '../queries.ts';
import { AdminPage } from './admin-page.tsx';
import { Counts } from './counts.tsx';
import { Loading } from './loading.tsx';
import { NoSuch } from './no-such.tsx';
import { PersonName } from './person-name.tsx';

/** How far each service is; it moves by itself until nothing is left anywhere. */
export function ErasurePage() {
  const { t, i18n } = useLingui();
  const id = Number(useParams({ from: '/app/admin/data-protection/tasks/$id' }).id);
  const { data: task, error, refetch } = useQuery(erasureQuery(id));
  if (error instanceof ApiError && error.status === 404) return <NoSuch up="data-protection" />;
  if (!task && error) {
    return (
      <AdminPage title={t`Erasure`} up="data-protection">
        <Failed error={error} onRetry={() => void refetch()} />
      </AdminPage>
    );
  }
  if (!task) return <Loading />;
  const { pseudonym, round, services, preferences, completed_at, created_at, created_by_id } = task;
  const isKept = services.some(({ kept }) => kept.length > 0);
  const through = services.filter((service) => service.round >= round).length;
  const all = services.length;
  return (
    <AdminPage title={pseudonym ?? t`Ticket with id ${task.deletable_id}`} up="data-protection">
      <div role="status">
        {completed_at ? (
          pseudonym === null ? (
            <Alert
              color="mesh"
              variant="light"
              icon={<IconCircleCheck aria-hidden />}
              title={isKept ? t`Kept by a legal hold` : t`Deleted`}
            >
              <Ago at={completed_at} />
            </Alert>
          ) : (
            <Alert color="mesh" variant="light" icon={<IconCircleCheck aria-hidden />} title={t`Erased`}>
              <Trans>
                Nothing was left anywhere <Ago at={completed_at} />, in round {round}.
              </Trans>
            </Alert>
          )
        ) : (
          <Alert color="mesh" variant="light" icon={<IconLoader aria-hidden />} title={t`Under way`}>
            <Trans>
              Round {round}: {through} of {all} services are through. Rounds follow until one finds nothing anywhere.
            </Trans>
          </Alert>
        )}
      </div>
      <Section title={t`Order`}>
        <Text size="sm">
          {preferences.tickets ? i18n._(ticketsLabels[preferences.tickets]) : t`Delete the ticket`} ·{' '}
          <Trans>
            ordered by <PersonName id={created_by_id} />
          </Trans>{' '}
          <Ago at={created_at} />
        </Text>
      </Section>
      <Section title={t`Services`} lead={t`What each changed or removed in all rounds.`}>
        <ItemList label={t`Services`}>
          {services.map((service) => (
            <Service key={service.name} service={service} round={round} over={completed_at !== null} />
          ))}
        </ItemList>
      </Section>
    </AdminPage>
  );
}

function Service({
  service: { name, counts, waiting, kept, done_at, round: reached },
  round,
  over,
}: {
  service: ErasureTask['services'][number];
  round: number;
  over: boolean;
}) {
  const { t, i18n } = useLingui();
  const things = kept.map(({ object, id }) => `${object} ${id}`).join(', ');
  return (
    <Item
      what={i18n._(serviceLabel(name))}
      facts={
        <>
          <Counts counts={counts} none={t`Nothing`} />
          {waiting > 0 && !over && (
            <div>
              <Trans>Left for the next round, as somebody still has to read it: {waiting}</Trans>
            </div>
          )}
          {kept.length > 0 && (
            <div>
              <Trans>Kept by a legal hold: {things}</Trans>
            </div>
          )}
          {done_at && <Ago at={done_at} />}
        </>
      }
    >
      <Badge size="sm" variant={reached >= round ? 'light' : 'default'} color="mesh">
        {reached >= round ? t`Through` : t`Working`}
      </Badge>
    </Item>
  );
}
