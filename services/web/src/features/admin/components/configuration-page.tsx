import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Badge, Button, Checkbox, FileButton, Group, Progress, Stack, Table, Text } from '@mantine/core';
import { IconDownload, IconUpload } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '../../../app/api.ts';
import { problemText } from '../../../ui/problem.ts';
import { Section } from '../../../ui/section.tsx';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { AdminPage } from './admin-page.tsx';

interface Step {
  kind: string;
  key: string;
  action: 'create' | 'update' | 'delete';
  changes: { field: string; from: unknown; to: unknown }[];
  missing: string[];
}
interface Outcome extends Pick<Step, 'kind' | 'key' | 'action' | 'missing'> {
  done: boolean;
  error: string | null;
}
interface Compared {
  name: string;
  document: unknown;
  steps: Step[];
}

const nameOfStep = ({ kind, key, action }: Pick<Step, 'kind' | 'key' | 'action'>) => `${action} ${kind} ${key}`;

/** How the desk is set up, as one file: out, compared, and in, object by object. */
export function ConfigurationPage() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [remove, setRemove] = useState(false);
  const [done, setDone] = useState<Outcome[]>([]);
  const [share, setShare] = useState<number | null>(null);
  const compare = useMutation({
    mutationFn: async (file: File): Promise<Compared> => {
      const document = read(await file.text(), t`This file is no JSON.`);
      const { steps } = (await request('POST', '/api/v1/configuration/diff', { document })) as { steps: Step[] };
      return { name: file.name, document, steps };
    },
    onMutate: () => setDone([]),
  });
  const { data: compared } = compare;
  const steps = compared?.steps.filter(({ action }) => remove || action !== 'delete') ?? [];
  const deletions = compared ? compared.steps.filter(({ action }) => action === 'delete').length : 0;
  const apply = useMutation({
    mutationFn: async ({ document }: Compared) => {
      // One kind after the other, so that it can be seen how far it is; what is deleted goes last, in its own order.
      const kinds = [...new Set(steps.filter(({ action }) => action !== 'delete').map(({ kind }) => kind))];
      const rounds = [
        ...kinds.map((kind) => ({ kinds: [kind] })),
        ...(remove && deletions > 0 ? [{ delete: true }] : []),
      ];
      const all: Outcome[] = [];
      for (const [i, round] of rounds.entries()) {
        setShare(i / rounds.length);
        const body = { document, ...round };
        const { results } = (await request('POST', '/api/v1/configuration/import', body)) as { results: Outcome[] };
        all.push(...results);
        setDone([...all]);
      }
    },
    onSettled: () => {
      setShare(null);
      return cache.invalidateQueries();
    },
  });
  const outcomes = new Map(done.map((one) => [nameOfStep(one), one]));
  const failed = [...outcomes.values()].filter((one) => !one.done).length;
  return (
    <AdminPage title={t`Configuration`}>
      <Section
        title={t`Into a file`}
        lead={t`Groups, roles, states, fields, rules and the rest by their names, without people, tickets and secrets.`}
      >
        <Button
          component="a"
          href="/api/v1/configuration"
          download
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t`Download the configuration`}
        </Button>
      </Section>
      <Section
        title={t`From a file`}
        lead={t`First it says what would be different. What the file does not name stays as it is.`}
      >
        <Stack>
          <Group>
            <FileButton
              accept=".json,application/json"
              inputProps={{ 'aria-label': t`Configuration file` }}
              onChange={(file) => file && compare.mutate(file)}
            >
              {(props) => (
                <Button
                  {...props}
                  variant="default"
                  loading={compare.isPending}
                  leftSection={<IconUpload size={16} aria-hidden />}
                >
                  {t`Compare with a file`}
                </Button>
              )}
            </FileButton>
            {compared && <Text size="sm">{compared.name}</Text>}
          </Group>
          <FormProblem>
            {compare.error && (problemText(i18n, compare.error) || compare.error.message)}
            {apply.error && problemText(i18n, apply.error)}
          </FormProblem>
          {compared && (
            <>
              {compared.steps.length === 0 && <Text role="status">{t`The desk is as the file says.`}</Text>}
              {deletions > 0 && (
                <Checkbox
                  label={t`Delete what the file does not have`}
                  description={plural(deletions, {
                    one: '# object of the kinds that the file names',
                    other: '# objects of the kinds that the file names',
                  })}
                  checked={remove}
                  onChange={(event) => setRemove(event.currentTarget.checked)}
                />
              )}
              {steps.length > 0 && (
                <>
                  <StepTable steps={steps} outcomes={outcomes} />
                  {share !== null && <Progress value={100 * share} aria-label={t`How far it is`} />}
                  <div role="status">
                    {apply.isSuccess && failed === 0 && (
                      <Alert color="green" variant="light">{t`All of it was carried out.`}</Alert>
                    )}
                    {!apply.isPending && failed > 0 && (
                      <Alert color="red" variant="light">
                        {plural(failed, {
                          one: '# object could not be written; the table says why.',
                          other: '# objects could not be written; the table says why.',
                        })}
                      </Alert>
                    )}
                  </div>
                  <Group justify="flex-end">
                    <Button loading={apply.isPending} onClick={() => apply.mutate(compared)}>
                      {t`Carry it out`}
                    </Button>
                  </Group>
                </>
              )}
            </>
          )}
        </Stack>
      </Section>
    </AdminPage>
  );
}

function StepTable({ steps, outcomes }: { steps: readonly Step[]; outcomes: ReadonlyMap<string, Outcome> }) {
  const { t } = useLingui();
  const words = { create: t`new`, update: t`changed`, delete: t`deleted` };
  const colours = { create: 'green', update: 'mesh', delete: 'red' };
  return (
    <Table.ScrollContainer minWidth={420} maxHeight={480} type="native" tabIndex={0}>
      <Table aria-label={t`What would be different`} verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t`Kind`}</Table.Th>
            <Table.Th>{t`Name`}</Table.Th>
            <Table.Th>{t`What happens`}</Table.Th>
            <Table.Th>{t`Result`}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {steps.map((step) => {
            const outcome = outcomes.get(nameOfStep(step));
            return (
              <Table.Tr key={nameOfStep(step)}>
                <Table.Td>{step.kind}</Table.Td>
                <Table.Td>{step.key}</Table.Td>
                <Table.Td>
                  <Badge size="sm" variant="light" color={colours[step.action]}>
                    {words[step.action]}
                  </Badge>
                  {step.changes.map(({ field, from, to }) => (
                    <Text key={field} size="xs">
                      {field}: {short(from)} → {short(to)}
                    </Text>
                  ))}
                  {step.missing.length > 0 && (
                    <Text size="xs">
                      <Trans>
                        To be set by hand, as no file holds secrets, and switched off until then:{' '}
                        {step.missing.join(', ')}
                      </Trans>
                    </Text>
                  )}
                </Table.Td>
                <Table.Td>{outcome && (outcome.done ? t`done` : outcome.error)}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

/** @throws Error with these words of what is no JSON */
function read(text: string, words: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(words, { cause });
  }
}
