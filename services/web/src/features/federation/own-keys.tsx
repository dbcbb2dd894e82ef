import { Trans, useLingui } from '@lingui/react/macro';
import { Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Ago } from '../../ui/ago.tsx';
import { Item, Section } from '../../ui/section.tsx';
import { Copyable } from '../../ui/shown-once.tsx';
import { AskButton } from '../admin/components/ask-button.tsx';
import { ownKeysQuery, rotateKeys } from './queries.ts';
import { Rows } from './rows.tsx';

/** By which other helpdesks know this one. */
export function OwnKeys() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(ownKeysQuery);
  return (
    <Section title={t`Keys of this desk`} lead={t`What it signs with when it calls others. They change by themselves.`}>
      <Stack>
        <Rows
          label={t`Keys of this desk`}
          rows={data?.keys}
          error={error}
          onRetry={() => void refetch()}
          none={t`None.`}
        >
          {({ kid, signs_from, ends_at }) => (
            <Item
              key={kid}
              what={<span style={{ overflowWrap: 'anywhere' }}>{kid}</span>}
              facts={
                <>
                  <Trans>
                    signs from <Ago at={signs_from} />
                  </Trans>
                  {ends_at && (
                    <>
                      {' · '}
                      <Trans>
                        ends <Ago at={ends_at} />
                      </Trans>
                    </>
                  )}
                </>
              }
            />
          )}
        </Rows>
        {data && <Copyable label={t`Where others read them`} value={data.jwks_url} />}
        <Group gap="xs">
          <AskButton
            label={t`Make the next key`}
            question={t`It is published now and signs in an hour, so that everybody has it by then.`}
            done={t`The next key was made.`}
            deed={() => rotateKeys(false)}
            changes={['federation']}
          />
          <AskButton
            label={t`Replace the key now`}
            color="red"
            question={t`For a key that somebody else may have. Calls of this desk are refused until the others have read the new one.`}
            done={t`The key was replaced.`}
            deed={() => rotateKeys(true)}
            changes={['federation']}
          />
        </Group>
      </Stack>
    </Section>
  );
}
