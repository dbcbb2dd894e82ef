import { useLingui } from '@lingui/react/macro';
import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  SegmentedControl,
  Select,
  Stack,
  Table,
  Text,
  UnstyledButton,
} from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Section } from '../../ui/section.tsx';
import { Failed } from '../../ui/state-messages.tsx';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { Loading } from '../admin/components/loading.tsx';
import { useMe } from '../session/use-me.ts';
import { GroupFiguresSection, ProviderFiguresSection } from './group-figures.tsx';
import { countLabels, rangeLabels } from './labels.ts';
import { askedOf, csvOf, moved, periodName, type Range, ranges, stepNames, stepOf } from './period.ts';
import { type ReportAsked, reportConfigQuery, reportQuery } from './queries.ts';
import classes from './report.module.css';
import { colourOf, ReportChart } from './report-chart.tsx';
import { ReportTickets } from './report-tickets.tsx';

/** What happened to tickets, in numbers. */
export function ReportsPage() {
  const { t } = useLingui();
  const { may } = useMe();
  const { data, error, refetch } = useQuery(reportConfigQuery);
  if (!data && !error) return <Loading />;
  return (
    <AdminPage
      title={t`Reports`}
      action={
        may('admin.report_profile') && (
          <Button component={Link} to="/admin/reports/profiles" variant="default">
            {t`Report profiles`}
          </Button>
        )
      }
    >
      {data ? <Report {...data} /> : <Failed error={error} onRetry={() => void refetch()} />}
    </AdminPage>
  );
}

type Config = Awaited<ReturnType<NonNullable<(typeof reportConfigQuery)['queryFn']>>>;

function Report({ config, profiles }: Config) {
  const { t, i18n } = useLingui();
  const metrics = Object.values(config.metric).sort((a, b) => b.prio - a.prio);
  const [name, setName] = useState(() => metrics.find((metric) => metric.default)?.name ?? '');
  const metric = metrics.find((one) => one.name === name) ?? metrics[0];
  const [chosen, setChosen] = useState<string[] | null>(null);
  const [profile, setProfile] = useState(() => String(profiles[0]?.id ?? ''));
  const [range, setRange] = useState<Range>('month');
  const [day, setDay] = useState(() => new Date());
  const labelOf = (one: { name: string; display: string }) => {
    const known = countLabels[one.name];
    return known ? i18n._(known) : one.display;
  };
  const backends = (metric?.backend ?? []).filter((one) => chosen?.includes(one.name) ?? one.selected);
  const [behind, setBehind] = useState<{ name: string; asked: ReportAsked } | null>(null);
  const asked = {
    metric: name,
    profiles: { [profile]: true },
    backends: Object.fromEntries(backends.map((one) => [one.name, true])),
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
  const { data, error, isFetching, refetch } = useQuery({
    ...reportQuery({ ...askedOf(range, day), ...asked }),
    enabled: backends.length > 0 && profile !== '',
    refetchInterval: range === 'realtime' ? 60_000 : false,
  });
  if (!metric || profiles.length === 0) {
    return <Text c="dimmed">{t`There is no active profile: a report is about the tickets of one.`}</Text>;
  }
  const series = backends.map((one) => ({ key: one.name, name: labelOf(one), values: data?.data[one.name] ?? [] }));
  /** A number that leads to its tickets; a backlog is the difference of two, and of no tickets of its own. */
  const numbered = (one: (typeof series)[number], value: number, step: ReturnType<typeof stepOf>, when: string) => {
    if (value === 0 || step === null || one.key === 'backlog') return value;
    const of = `${one.name} · ${when}`;
    return (
      <UnstyledButton
        className={classes.number}
        aria-label={t`${value}: ${of}`}
        onClick={() =>
          setBehind({
            name: of,
            asked: { ...asked, ...askedOf(step.range, step.day), downloadBackendSelected: one.key },
          })
        }
      >
        {value}
      </UnstyledButton>
    );
  };
  const figures = { ...askedOf(range, day), profiles: asked.profiles, timezone: asked.timezone };
  const count = Math.max(0, ...series.map(({ values }) => values.length));
  const steps = stepNames(i18n.locale, range, day, count);
  const period = range === 'realtime' ? i18n._(rangeLabels.realtime) : periodName(i18n.locale, range, day);
  const title = `${labelOf(metric)} · ${period}`;
  const file = () => {
    const rows = steps.map((step, i) => [step, ...series.map(({ values }) => values[i] ?? 0)]);
    return csvOf([[t`Time`, ...series.map((one) => one.name)], ...rows]);
  };
  return (
    <>
      <Section title={t`What is counted`}>
        <Stack>
          <Group align="flex-end">
            <Select
              label={t`Numbers of`}
              allowDeselect={false}
              data={metrics.map((one) => ({ value: one.name, label: labelOf(one) }))}
              value={metric.name}
              onChange={(next) => {
                if (next) setName(next);
                setChosen(null);
              }}
            />
            <Select
              label={t`Profile`}
              allowDeselect={false}
              searchable
              data={profiles.map((one) => ({ value: String(one.id), label: one.name }))}
              value={profile}
              onChange={(next) => next && setProfile(next)}
            />
          </Group>
          <Checkbox.Group
            label={t`Columns`}
            value={backends.map((one) => one.name)}
            onChange={(names) => setChosen(names)}
          >
            <Group mt={6}>
              {metric.backend.map((one) => (
                <Checkbox key={one.name} value={one.name} label={labelOf(one)} />
              ))}
            </Group>
          </Checkbox.Group>
          <Group justify="space-between">
            <div className={classes.ranges}>
              <SegmentedControl
                aria-label={t`Period`}
                data={ranges.map((one) => ({ value: one, label: i18n._(rangeLabels[one]) }))}
                value={range}
                onChange={(next) => setRange(next as Range)}
              />
            </div>
            {range !== 'realtime' && (
              <Group gap={4}>
                <ActionIcon
                  variant="default"
                  size={36}
                  aria-label={t`Before`}
                  onClick={() => setDay(moved(range, day, -1))}
                >
                  <IconChevronLeft size={18} aria-hidden />
                </ActionIcon>
                <ActionIcon
                  variant="default"
                  size={36}
                  aria-label={t`After`}
                  onClick={() => setDay(moved(range, day, 1))}
                >
                  <IconChevronRight size={18} aria-hidden />
                </ActionIcon>
              </Group>
            )}
          </Group>
        </Stack>
      </Section>
      <Section
        title={title}
        action={
          <Button
            component="a"
            variant="default"
            size="compact-sm"
            leftSection={<IconDownload size={16} aria-hidden />}
            href={`data:text/csv;charset=utf-8,${encodeURIComponent(file())}`}
            download="report.csv"
          >
            CSV
          </Button>
        }
      >
        {error ? (
          <Failed error={error} onRetry={() => void refetch()} />
        ) : backends.length === 0 ? (
          <Text c="dimmed">{t`Choose what to count.`}</Text>
        ) : (
          <Stack aria-busy={isFetching}>
            <ReportChart label={t`Chart of the numbers in the table below`} steps={steps} series={series} />
            <div className={classes.numbers}>
              <Table stickyHeader aria-label={title}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t`Time`}</Table.Th>
                    {series.map((one, i) => (
                      <Table.Th key={one.name} ta="end">
                        <span className={classes.dot} style={{ background: colourOf(i) }} aria-hidden />
                        {one.name}
                      </Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {steps.map((step, i) => (
                    <Table.Tr key={step}>
                      <Table.Td>{step}</Table.Td>
                      {series.map((one) => (
                        <Table.Td key={one.name} ta="end">
                          {numbered(one, one.values[i] ?? 0, stepOf(range, day, i), step)}
                        </Table.Td>
                      ))}
                    </Table.Tr>
                  ))}
                </Table.Tbody>
                <Table.Tfoot>
                  <Table.Tr>
                    <Table.Th>{t`Altogether`}</Table.Th>
                    {series.map((one) => (
                      <Table.Th key={one.name} ta="end">
                        {numbered(
                          one,
                          one.values.reduce((sum, value) => sum + value, 0),
                          { range, day },
                          period,
                        )}
                      </Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Tfoot>
              </Table>
            </div>
          </Stack>
        )}
      </Section>
      <GroupFiguresSection asked={figures} period={period} onOpen={setBehind} />
      <ProviderFiguresSection asked={figures} period={period} onOpen={setBehind} />
      <ReportTickets behind={behind} onClose={() => setBehind(null)} />
    </>
  );
}
