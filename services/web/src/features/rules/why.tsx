import { Trans, useLingui } from '@lingui/react/macro';
import { Badge, Modal, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Ago } from '../../ui/ago.tsx';
import { Item, ItemList } from '../../ui/section.tsx';
import { Failed } from '../../ui/state-messages.tsx';
import { outcomeLabels } from './labels.ts';
import { type Why as Explained, whyQuery } from './queries.ts';
import { Deeds, useCauseLabel } from './rule-sections.tsx';

interface Props {
  ticketId: number;
  /** The entry of the history that is asked about; null: all that rules did. */
  historyId: number | null;
  onClose: () => void;
}

/** Why a ticket is as it is: which rules ran for it, through which chain, and what was held back. */
export function Why({ ticketId, historyId, onClose }: Props) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(whyQuery(ticketId));
  return (
    <Modal
      opened
      onClose={onClose}
      title={t`What rules did here`}
      size="lg"
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      {error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <Explanation why={data} historyId={historyId} />
      ) : (
        <Skeleton height={120} aria-label={t`Loading`} />
      )}
    </Modal>
  );
}

function Explanation({ why: { changes, runs }, historyId }: { why: Explained; historyId: number | null }) {
  const { t, i18n } = useLingui();
  const causeLabel = useCauseLabel();
  const asked = changes.find(({ history_id: id }) => id === historyId);
  // The first of a chain is what happened, the others are rules by their names.
  const path = asked?.chain.map((one, i) => (i === 0 ? causeLabel(one) : one)).join(' → ');
  return (
    <>
      {path && (
        <Text mb="sm" role="status">
          <Trans>This change came about by: {path}</Trans>
        </Text>
      )}
      {runs.length === 0 ? (
        <Text size="sm">{t`No trigger and no schedule did anything here, as far as the log reaches back.`}</Text>
      ) : (
        <ItemList label={t`What rules did here`}>
          {runs.map((run) => (
            <Item
              key={run.id}
              what={run.rule.type === 'Trigger' ? t`Trigger: ${run.rule.name}` : t`Schedule: ${run.rule.name}`}
              facts={
                <>
                  {causeLabel(run.cause)} · <Ago at={run.at} />
                  <Deeds run={run} />
                </>
              }
            >
              <Badge size="sm" variant={run.outcome === 'done' ? 'light' : 'default'}>
                {i18n._(outcomeLabels[run.outcome])}
              </Badge>
            </Item>
          ))}
        </ItemList>
      )}
    </>
  );
}
