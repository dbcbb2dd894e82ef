import { Trans, useLingui } from '@lingui/react/macro';
import { Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Ago } from '../../ui/ago.tsx';
import { Item, Section } from '../../ui/section.tsx';
import { AskButton } from '../admin/components/ask-button.tsx';
import { webhookStatusLabels } from './labels.ts';
import { type Peer, type PeerWebhook, peerRows, peerWebhooksQuery } from './queries.ts';
import { Rows, Trouble } from './rows.tsx';

const colours: Record<PeerWebhook['status'], string> = {
  pending: 'yellow',
  active: 'mesh',
  paused: 'gray',
  disabled: 'red',
};

/** Addresses that the helpdesk has named by itself. */
export function PeerWebhooks({ peer: { id, name } }: { peer: Peer }) {
  const { t, i18n } = useLingui();
  const { data, error, refetch } = useQuery(peerWebhooksQuery(id));
  return (
    <Section
      title={t`Its webhooks`}
      lead={t`Addresses to which ${name} has what happens told. It sets them up itself.`}
    >
      <Rows label={t`Its webhooks`} rows={data} error={error} onRetry={() => void refetch()} none={t`It has none.`}>
        {({ id: hook, url, status, reason, waiting, failing_since: since }) => (
          <Item
            key={hook}
            what={
              <>
                <span style={{ overflowWrap: 'anywhere' }}>{url}</span>{' '}
                <Badge size="sm" variant="light" color={colours[status]}>
                  {i18n._(webhookStatusLabels[status])}
                </Badge>
              </>
            }
            facts={
              <>
                {t`events that wait: ${waiting}`}
                {since && (
                  <>
                    {' · '}
                    <Trans>
                      fails since <Ago at={since} />
                    </Trans>
                  </>
                )}
                {reason && (
                  <>
                    {' · '}
                    <Trouble>{reason}</Trouble>
                  </>
                )}
              </>
            }
          >
            <AskButton
              size="compact-sm"
              label={t`End`}
              name={t`End the webhook ${url}`}
              question={t`Nothing is told to ${url} any more.`}
              done={t`The webhook was ended.`}
              deed={() => peerRows.removeWebhook(id, hook)}
              changes={['federation']}
            />
          </Item>
        )}
      </Rows>
    </Section>
  );
}
