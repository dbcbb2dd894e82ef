import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Badge, Button, Group, Progress, ScrollArea, Stack, Table, Text } from '@mantine/core';
import { IconDownload, IconPlugConnected } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Ago } from '../../ui/ago.tsx';
import { problemText } from '../../ui/problem.ts';
import { Item, Section } from '../../ui/section.tsx';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { AskButton } from '../admin/components/ask-button.tsx';
import { DeleteButton } from '../admin/components/delete-button.tsx';
import { RecordPage } from '../admin/components/record-page.tsx';
import { keyOf } from '../admin/queries.ts';
import { Rows } from '../federation/rows.tsx';
import { FormProblem } from '../session/components/entry-page.tsx';
import { kindNames, objectLabels, stateColours, stateLabels, thingLabels } from './import-labels.ts';
import { ImportSettings } from './import-settings.tsx';
import { type DeskImport, importRows, importsQuery, isBusy, problemsQuery } from './queries.ts';

const changes = ['imports', 'users', 'organizations'];

export function ImportPage() {
  const { t } = useLingui();
  const { id } = useParams({ from: '/app/admin/imports/$id' });
  return (
    <RecordPage query={useQuery(importsQuery)} id={Number(id)} up="imports" title={t`Import`}>
      {(one) => <One one={one} />}
    </RecordPage>
  );
}

function One({ one }: { one: DeskImport }) {
  const { t } = useLingui();
  const { id, kind, address, found } = one;
  const { host } = new URL(address);
  const test = useMutation({ mutationFn: () => importRows.verify(id) });
  const theirs = new Set([
    ...(test.data?.groups ?? []),
    ...(found?.groups.map(({ name }) => name) ?? []),
    ...Object.keys(one.groups),
  ]);
  return (
    <AdminPage
      title={t`Import from ${host}`}
      up="imports"
      action={
        !isBusy(one) && (
          <DeleteButton
            question={t`The helpdesk and its token are forgotten. What was imported stays.`}
            done={t`The import was deleted.`}
            deed={() => importRows.remove(id)}
            back="/admin/imports"
            changes={['imports']}
          />
        )
      }
    >
      <Standing one={one} />
      {one.problems > 0 && <Problems one={one} />}
      <Section
        title={t`Test`}
        lead={t`Calls the ${kindNames[kind]} with what is saved. Nothing is changed there.`}
        action={
          <Button
            variant="default"
            leftSection={<IconPlugConnected size={16} aria-hidden />}
            loading={test.isPending}
            onClick={() => test.mutate()}
          >
            {t`Test the connection`}
          </Button>
        }
      >
        <Tested test={test} />
      </Section>
      {found && <Found found={found} />}
      {isBusy(one) ? (
        <Text size="sm" c="dimmed">{t`While it runs the settings cannot be changed.`}</Text>
      ) : (
        <ImportSettings one={one} theirs={[...theirs].sort()} />
      )}
    </AdminPage>
  );
}

/** What it does, how far it is, and what can be done about it. */
function Standing({ one }: { one: DeskImport }) {
  const { t, i18n } = useLingui();
  const { id, state, doing, counts, found, detail, finished_at } = one;
  const share = isBusy(one) ? shareOf(one) : null;
  const goesOn = (what: DeskImport['doing']) => doing === what && (state === 'stopped' || state === 'failed');
  const dryRun = (
    <AskButton
      label={goesOn('dry-run') ? t`Go on with the dry run` : t`Dry run`}
      done={t`The dry run has begun.`}
      deed={() => importRows.start(id, 'dry-run')}
      changes={changes}
    />
  );
  return (
    <Section
      title={t`How it stands`}
      lead={t`A dry run tells what would be brought and changes nothing. The import goes on when the page is closed. Doing it again brings what is new since; nothing comes twice.`}
    >
      <Stack>
        <Group gap="sm" role="status">
          <Badge variant="light" color={stateColours[state]}>
            {i18n._(stateLabels[state])}
          </Badge>
          {doing && <Text size="sm">{doing === 'import' ? t`Import` : t`Dry run`}</Text>}
          {finished_at && (
            <Text size="sm" c="dimmed">
              <Ago at={finished_at} />
            </Text>
          )}
        </Group>
        {detail && (
          <Alert color={state === 'failed' ? 'red' : 'yellow'} variant="light" style={{ overflowWrap: 'anywhere' }}>
            {detail}
            {state === 'waiting' && ` ${t`It goes on by itself.`}`}
          </Alert>
        )}
        {share !== null && <Progress value={share} aria-label={t`How far it is`} />}
        {doing && <CountTable counts={counts} isDry={doing === 'dry-run'} />}
        {!found && !doing && <Text size="sm">{t`Nothing was read there yet.`}</Text>}
        <Group>
          {isBusy(one) ? (
            <AskButton
              label={t`Stop`}
              done={t`It was stopped. Started again, it goes on from there.`}
              deed={() => importRows.stop(id)}
              changes={changes}
            />
          ) : (
            <>
              {dryRun}
              <AskButton
                label={goesOn('import') ? t`Go on with the import` : t`Import`}
                variant="filled"
                question={t`People and tickets are added here. Nobody is written to, and no trigger looks at what is imported.`}
                done={t`The import has begun.`}
                deed={() => importRows.start(id, 'import')}
                changes={changes}
              />
            </>
          )}
        </Group>
      </Stack>
    </Section>
  );
}

/** Of what the last dry run has found, in percent; null: without one nobody knows how much there is. */
function shareOf({ doing, counts, found }: DeskImport): number | null {
  const things = ['organizations', 'people', 'tickets'] as const;
  const sum = (all: DeskImport['counts']) =>
    things.reduce((total, thing) => total + all[thing].made + all[thing].known + all[thing].left_out, 0);
  const whole = doing === 'import' && found ? sum(found.counts) : 0;
  return whole === 0 ? null : Math.min(100, (100 * sum(counts)) / whole);
}

function CountTable({ counts, isDry }: { counts: DeskImport['counts']; isDry: boolean }) {
  const { t, i18n } = useLingui();
  const number = new Intl.NumberFormat(i18n.locale);
  const things = (Object.keys(thingLabels) as (keyof DeskImport['counts'])[]).filter(
    (thing) => !isDry || !['articles', 'files'].includes(thing),
  );
  return (
    <ScrollArea type="auto" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': t`What was brought` }}>
      <Table horizontalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t`What`}</Table.Th>
            <Table.Th ta="end">{isDry ? t`Would be added` : t`Added`}</Table.Th>
            <Table.Th ta="end">{t`Here already`}</Table.Th>
            <Table.Th ta="end">{t`Left out`}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {things.map((thing) => (
            <Table.Tr key={thing}>
              <Table.Th scope="row" fw={400}>
                {i18n._(thingLabels[thing])}
              </Table.Th>
              <Table.Td ta="end">{number.format(counts[thing].made)}</Table.Td>
              <Table.Td ta="end">{number.format(counts[thing].known)}</Table.Td>
              <Table.Td ta="end">{number.format(counts[thing].left_out)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}

function Tested({
  test,
}: {
  test: { data?: Awaited<ReturnType<typeof importRows.verify>> | undefined; error: unknown };
}) {
  const { t, i18n } = useLingui();
  const { data, error } = test;
  return (
    <div role="status">
      <FormProblem>{error ? problemText(i18n, error) : null}</FormProblem>
      {data?.ok && (
        <Alert color="green" variant="light" title={[data.product, data.version].filter(Boolean).join(' ')}>
          {t`We are ${data.account} there.`}
        </Alert>
      )}
      {data && !data.ok && (
        <Alert color="red" variant="light" title={t`It does not work yet`} style={{ overflowWrap: 'anywhere' }}>
          {data.detail}
        </Alert>
      )}
    </div>
  );
}

/** What the words of the other helpdesk become. */
function Found({ found }: { found: NonNullable<DeskImport['found']> }) {
  const { t } = useLingui();
  const lists = [
    [t`States`, found.states, 'open'],
    [t`Priorities`, found.priorities, '2 normal'],
  ] as const;
  return (
    <Section
      title={t`What the dry run found`}
      lead={t`A word that nothing here is meant by becomes what stands behind it.`}
    >
      <Stack>
        <Text size="sm" c="dimmed">
          <Trans>
            Read <Ago at={found.finished_at} />.
          </Trans>
        </Text>
        {found.counts.organizations.known > 0 && (
          <Text size="sm">{t`An organization there is taken for the one here of the same name: its people join it and, where it is shared, see its tickets. Rename one of the two if they are not the same.`}</Text>
        )}
        {lists.map(([label, words, usual]) => (
          <Rows key={label} label={label} rows={words} error={null} onRetry={() => undefined} none={t`No tickets`}>
            {({ name, tickets, becomes }) => (
              <Item
                key={name}
                what={`${label}: ${name}`}
                facts={plural(tickets, { one: '# ticket', other: '# tickets' })}
              >
                <Badge variant={becomes === null ? 'default' : 'light'} color="gray" tt="none">
                  {becomes ?? usual}
                </Badge>
              </Item>
            )}
          </Rows>
        ))}
      </Stack>
    </Section>
  );
}

function Problems({ one: { id, problems } }: { one: DeskImport }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { data, error } = useQuery(problemsQuery(id, problems));
  return (
    <Section
      title={t`Problems`}
      lead={plural(problems, { one: '# thing was left out or changed', other: '# things were left out or changed' })}
      action={
        <Button
          component="a"
          href={`/api/v1/imports/${id}/problems?per_page=5000&download=true`}
          download
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t`Download as CSV`}
        </Button>
      }
    >
      <Rows
        label={t`Problems`}
        rows={data}
        error={error}
        onRetry={() => void cache.invalidateQueries({ queryKey: keyOf('imports', 'problems', id) })}
        none={t`There are none.`}
      >
        {({ id: problem, object, remote, detail }) => (
          <Item key={problem} what={`${i18n._(objectLabels[object])} ${remote}`} facts={detail} />
        )}
      </Rows>
    </Section>
  );
}
