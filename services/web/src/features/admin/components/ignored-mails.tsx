import { useLingui } from '@lingui/react/macro';
import { Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../../app/api.ts';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { keyOf } from '../queries.ts';
import { AskButton } from './ask-button.tsx';

/** The latest mails that filters keep from being filed: nothing is lost without being seen. */
export function IgnoredMails() {
  const { t, i18n } = useLingui();
  const { data, error, refetch } = useQuery({
    queryKey: keyOf('mail', 'ignored'),
    queryFn: ({ signal }) => call('listQuarantine', { query: { state: 'ignored', per_page: 20 }, signal }),
    // No event tells of them.
    staleTime: 0,
  });
  const time = new Intl.DateTimeFormat(i18n.locale, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <Section
      title={t`Ignored mails`}
      lead={t`The latest that filters kept from being filed. They are kept as they came.`}
    >
      {!data && error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton height={56} aria-label={t`Loading`} />
      ) : data.length === 0 ? (
        <Text size="sm">{t`There are none.`}</Text>
      ) : (
        <ItemList label={t`Ignored mails`}>
          {data.map(({ id, from, to, created_at, cause }) => (
            <Item
              key={id}
              what={from ?? t`Nobody`}
              facts={[time.format(new Date(created_at)), to.join(', '), cause].join(' · ')}
            >
              <AskButton
                label={t`Process again`}
                name={t`Process mail ${id} again`}
                variant="default"
                question={t`The mail meets the filters as they are now; without one that ignores it, it is filed.`}
                done={t`The mail is being processed.`}
                deed={() => call('processQuarantined', { params: { id } })}
                changes={['mail']}
              />
            </Item>
          ))}
        </ItemList>
      )}
    </Section>
  );
}
