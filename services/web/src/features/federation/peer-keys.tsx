import { useLingui } from '@lingui/react/macro';
import { Button, Group, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { notifyDone } from '../../ui/notify.tsx';
import { problemText } from '../../ui/problem.ts';
import { Section } from '../../ui/section.tsx';
import { readAnew } from '../admin/queries.ts';
import { FormProblem } from '../session/components/entry-page.tsx';
import { keySourceLabels } from './labels.ts';
import { type Peer, peerRows, type TrustBody } from './queries.ts';

type From = Peer['keys']['from'];

/** Whose signature a helpdesk may show instead of a token. */
export function PeerKeys({ peer: { id, name, keys } }: { peer: Peer }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [from, setFrom] = useState<From>(keys.from);
  const [url, setUrl] = useState(keys.url ?? 'https://');
  const [set, setSet] = useState('');
  const isSet = isKeySet(set);
  const save = useMutation({
    mutationFn: () => peerRows.trustKeys(id, bodyOf(from, url, set)),
    onSuccess: async () => {
      setSet('');
      notifyDone(t`The keys were saved.`);
      await readAnew(cache, ['federation']);
    },
  });
  return (
    <Section
      title={t`Signatures`}
      lead={t`${name} may sign instead of showing a token. Another choice ends at once what it got for the keys before.`}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <FormProblem>{save.isError && problemText(i18n, save.error)}</FormProblem>
          <Select
            label={t`Keys that count`}
            allowDeselect={false}
            data={Object.entries(keySourceLabels).map(([value, label]) => ({ value, label: i18n._(label) }))}
            value={from}
            onChange={(next) => next && setFrom(next as From)}
          />
          {from === 'url' && (
            <TextInput
              label={t`Address of the keys`}
              type="url"
              required
              withAsterisk={false}
              maxLength={500}
              value={url}
              onChange={(event) => setUrl(event.currentTarget.value)}
            />
          )}
          {from === 'given' && (
            <Textarea
              label={t`Public keys (JWK Set)`}
              description={t`P-256, Ed25519, or RSA with 2048 bits and more. Never a private key.`}
              autosize
              minRows={4}
              maxRows={12}
              spellCheck={false}
              error={set !== '' && !isSet && t`This is no JWK Set.`}
              value={set}
              onChange={(event) => setSet(event.currentTarget.value)}
            />
          )}
          {keys.kids.length > 0 && <Text size="sm">{t`Known now: ${keys.kids.join(', ')}`}</Text>}
          <Group>
            <Button
              type="submit"
              variant="default"
              loading={save.isPending}
              disabled={from === 'given' ? !isSet : from === keys.from && (from !== 'url' || url === keys.url)}
            >
              {t`Save the keys`}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

function bodyOf(from: From, url: string, set: string): TrustBody {
  return { from, ...(from === 'url' && { url: url.trim() }), ...(from === 'given' && { jwks: JSON.parse(set) }) };
}

function isKeySet(text: string): boolean {
  try {
    return Array.isArray((JSON.parse(text) as { keys?: unknown } | null)?.keys);
  } catch {
    return false;
  }
}
