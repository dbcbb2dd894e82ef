import { useLingui } from '@lingui/react/macro';
import { Button, Table, Text, UnstyledButton } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Section } from '../../ui/section.tsx';
import { Failed } from '../../ui/state-messages.tsx';
import page from '../admin/components/admin-page.module.css';
import { Loading } from '../admin/components/loading.tsx';
import { kindLabels } from '../federation/labels.ts';
import { useMe } from '../session/use-me.ts';
import { csvOf, spanName } from './period.ts';
import { type GroupFigures, groupFiguresQuery, providerFiguresQuery, type ReportAsked } from './queries.ts';
import classes from './report.module.css';

interface Props {
  /** The period, the profile and the zone of the report. */
  asked: ReportAsked;
  period: string;
  onOpen: (behind: { name: string; asked: ReportAsked }) => void;
}

/** One column: what is shown, and the count of the report whose tickets it is of. */
interface Column {
  name: string;
  /** Null: there is nothing to tell. */
  text: (row: GroupFigures) => string | null;
  of: [metric: string, backend: string];
}

/** One line, of what the tickets behind its numbers are. */
interface Line {
  key: string;
  name: string;
  kind?: string;
  only: Pick<ReportAsked, 'group_id' | 'provider'>;
  row: GroupFigures;
}

/** How groups did: what came and went, how long it took, what was promised, what customers say. */
export function GroupFiguresSection(props: Props) {
  const { t, i18n } = useLingui();
  const { may } = useMe();
  const { data, error, refetch, isFetching } = useQuery(groupFiguresQuery(props.asked));
  const number = new Intl.NumberFormat(i18n.locale, { maximumFractionDigits: 1 });
  if (!data) return error ? <Failed error={error} onRetry={() => void refetch()} /> : <Loading />;
  const { groups, total, help } = data;
  const { period } = props;
  return (
    <Figures
      {...props}
      title={t`Groups · ${period}`}
      lead={t`Each number leads to its tickets, and a share in time to those that were late. Times run from the creation of a ticket, by the clock on the wall; nine of ten were sooner than "90 %". Groups are those of the tickets now.`}
      of={t`Group`}
      label={t`Figures of groups`}
      file="groups.csv"
      isFetching={isFetching}
      lines={[
        ...groups.map((row) => ({ key: String(row.group_id), name: row.group, only: { group_id: row.group_id }, row })),
        { key: 'all', name: t`Altogether`, only: {}, row: total },
      ]}
    >
      <Text size="sm" mt="sm">
        {t`The help in this time: read ${number.format(help.views)} times, requests spared: ${number.format(help.deflections)}.`}{' '}
        {(may('knowledge_base.editor') || may('admin.knowledge_base')) && (
          <Link to="/admin/knowledge-base" className={page.link}>{t`By answer`}</Link>
        )}
      </Text>
    </Figures>
  );
}

/** The same of whoever stands for groups: communities, agreements, other helpdesks. A desk without any is not told so. */
export function ProviderFiguresSection(props: Props) {
  const { t, i18n } = useLingui();
  const { data, error, refetch, isFetching } = useQuery(providerFiguresQuery(props.asked));
  if (!data) return error ? <Failed error={error} onRetry={() => void refetch()} /> : <Loading />;
  const { providers } = data;
  if (providers.length === 0) return null;
  const { period } = props;
  const kinds = { community: t`Community`, agreement: t`Agreement`, helpdesk: t`Helpdesk` };
  return (
    <Figures
      {...props}
      title={t`Providers · ${period}`}
      lead={t`The same of the groups that a community has, that an agreement is about, or that are kept equal with another helpdesk now. A group may stand in several lines.`}
      of={t`Provider`}
      label={t`Figures of providers`}
      file="providers.csv"
      isFetching={isFetching}
      lines={providers.map(({ kind, id, name, agreement, ...row }) => ({
        key: `${kind} ${id}`,
        name,
        kind: agreement ? `${kinds[kind]}: ${i18n._(kindLabels[agreement])}` : kinds[kind],
        only: { provider: { kind, id } },
        row,
      }))}
    />
  );
}

interface FiguresProps extends Props {
  title: string;
  lead: string;
  /** What lines are of. */
  of: string;
  label: string;
  /** What its file is called. */
  file: string;
  isFetching: boolean;
  lines: readonly Line[];
  children?: ReactNode;
}

function Figures({ asked, period, onOpen, title, lead, of, label, file, isFetching, lines, children }: FiguresProps) {
  const { t } = useLingui();
  const columns = useColumns();
  const kinds = lines.some(({ kind }) => kind !== undefined);
  const text = csvOf([
    [of, ...(kinds ? [t`Kind`] : []), ...columns.map(({ name }) => name)],
    ...lines.map(({ name, kind = '', row }) => [
      name,
      ...(kinds ? [kind] : []),
      ...columns.map((column) => column.text(row) ?? ''),
    ]),
  ]);
  return (
    <Section
      title={title}
      lead={lead}
      action={
        <Button
          component="a"
          variant="default"
          size="compact-sm"
          leftSection={<IconDownload size={16} aria-hidden />}
          href={`data:text/csv;charset=utf-8,${encodeURIComponent(text)}`}
          download={file}
        >
          CSV
        </Button>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.numbers} aria-label={label} aria-busy={isFetching} tabIndex={0}>
        <Table stickyHeader horizontalSpacing={5} fz="xs" aria-label={title}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{of}</Table.Th>
              {kinds && <Table.Th>{t`Kind`}</Table.Th>}
              {columns.map(({ name }) => (
                <Table.Th key={name} ta="end">
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {lines.map(({ key, name, kind, only, row }) => (
              <Table.Tr key={key}>
                <Table.Th scope="row">{name}</Table.Th>
                {kinds && <Table.Td>{kind}</Table.Td>}
                {columns.map((column) => {
                  const text = column.text(row);
                  const [metric, downloadBackendSelected] = column.of;
                  const of = `${column.name} · ${name} · ${period}`;
                  return (
                    <Table.Td key={column.name} ta="end" className={classes.figure}>
                      {text === null || text === '0' ? (
                        (text ?? '–')
                      ) : (
                        <UnstyledButton
                          className={classes.number}
                          aria-label={t`${text}: ${of}`}
                          onClick={() =>
                            onOpen({ name: of, asked: { ...asked, metric, downloadBackendSelected, ...only } })
                          }
                        >
                          {text}
                        </UnstyledButton>
                      )}
                    </Table.Td>
                  );
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
      {children}
    </Section>
  );
}

function useColumns(): Column[] {
  const { t, i18n } = useLingui();
  const number = new Intl.NumberFormat(i18n.locale, { maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(i18n.locale, { style: 'percent' });
  const count = (of: (row: GroupFigures) => number) => (row: GroupFigures) => number.format(of(row));
  const span = (of: (row: GroupFigures) => number | null) => (row: GroupFigures) => {
    const minutes = of(row);
    return minutes === null ? null : spanName(i18n.locale, minutes);
  };
  const share = (of: (row: GroupFigures) => [part: number, rest: number]) => (row: GroupFigures) => {
    const [part, rest] = of(row);
    return part + rest === 0 ? null : percent.format(part / (part + rest));
  };
  return [
    { name: t`Created`, text: count((row) => row.created), of: ['count', 'created'] },
    { name: t`Closed`, text: count((row) => row.closed), of: ['count', 'closed'] },
    { name: t`Open now`, text: count((row) => row.open), of: ['now', 'open'] },
    { name: t`Open since, median`, text: span((row) => row.open_median_min), of: ['now', 'open'] },
    { name: t`First answer, median`, text: span((row) => row.response_median_min), of: ['work', 'answered'] },
    { name: t`First answer, 90 %`, text: span((row) => row.response_p90_min), of: ['work', 'answered'] },
    { name: t`Solution, median`, text: span((row) => row.solution_median_min), of: ['count', 'closed'] },
    { name: t`Solution, 90 %`, text: span((row) => row.solution_p90_min), of: ['count', 'closed'] },
    {
      name: t`Answered in time`,
      text: share((row) => [row.response_kept, row.response_late]),
      of: ['promises', 'response_late'],
    },
    {
      name: t`Solved in time`,
      text: share((row) => [row.solution_kept, row.solution_late]),
      of: ['promises', 'solution_late'],
    },
    { name: t`Ratings`, text: count((row) => row.rated), of: ['satisfaction', 'rated'] },
    {
      name: t`Average rating`,
      text: ({ score }) => (score === null ? null : number.format(score)),
      of: ['satisfaction', 'rated'],
    },
  ];
}
