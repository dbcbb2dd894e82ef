import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Badge, Button, Group, MultiSelect, Stack, Switch, Text } from '@mantine/core';
import { IconArrowUp, IconBook2, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ListSearch } from '../../ui/list-search.tsx';
import { notifyProblem } from '../../ui/notify.tsx';
import { Item, ItemList, Section } from '../../ui/section.tsx';
import { Empty, Failed } from '../../ui/state-messages.tsx';
import classes from '../admin/components/admin-page.module.css';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { Amounts } from '../admin/components/amounts.tsx';
import { EditForm } from '../admin/components/edit-form.tsx';
import { Loading } from '../admin/components/loading.tsx';
import type { Field } from '../admin/edit.ts';
import { readAnew } from '../admin/queries.ts';
import { useEditor, useStored } from '../admin/use-editor.ts';
import { useMe } from '../session/use-me.ts';
import { groupsQuery } from '../tickets/queries.ts';
import { localeNames, stateColours, stateLabels } from './labels.ts';
import {
  type Help,
  type HelpLocale,
  helpKey,
  helpQuery,
  type KnowledgeBase,
  type LateFigures,
  lateFiguresQuery,
  reorder,
  saveSettings,
  settingsOf,
  titleIn,
} from './queries.ts';
import { RolePermissions } from './role-permissions.tsx';

/** The tree of categories with their answers, and how the help is set up. */
export function KnowledgeBasePage() {
  const { t, i18n } = useLingui();
  const { may } = useMe();
  const { data, error, refetch } = useQuery(helpQuery);
  const { data: figures = none } = useQuery(lateFiguresQuery);
  const [words, setWords] = useState('');
  const title = t`Knowledge base`;
  if (!data) {
    if (!error) return <Loading />;
    return (
      <AdminPage title={title}>
        <Failed error={error} onRetry={() => void refetch()} />
      </AdminPage>
    );
  }
  const { base, categories } = data;
  const shown = words === '' ? data : titled(data, words);
  return (
    <AdminPage
      title={title}
      action={
        <Group gap="xs">
          {base.active && (
            <Button component="a" href={`/help/${base.locales[0]}`} target="_blank" variant="subtle">
              {t`Open the help`}
            </Button>
          )}
          <Button
            component={Link}
            to="/admin/knowledge-base/categories/new"
            variant="default"
            leftSection={<IconPlus size={16} aria-hidden />}
          >
            {t`New category`}
          </Button>
          {categories.length > 0 && (
            <Button
              component={Link}
              to="/admin/knowledge-base/answers/new"
              leftSection={<IconPlus size={16} aria-hidden />}
            >
              {t`New answer`}
            </Button>
          )}
        </Group>
      }
    >
      {categories.length === 0 ? (
        <Empty icon={IconBook2} title={t`There are no answers yet`}>
          {t`Begin with a category; answers stand in it.`}
        </Empty>
      ) : (
        <>
          <Lately figures={figures} />
          <ListSearch value={words} onChange={setWords} />
          {shown.categories.length > 0 && (
            <div className={classes.card}>
              <ItemList label={t`Categories and answers`}>
                <Branch
                  {...{ help: shown, figures, whole: words === '', locale: i18n.locale }}
                  parent={null}
                  depth={0}
                />
              </ItemList>
            </div>
          )}
          <div role="status">
            {shown.categories.length === 0 && <Empty icon={IconBook2} title={t`No title has these words`} />}
          </div>
        </>
      )}
      {may('admin.knowledge_base') && (
        <>
          <Settings base={base} />
          <RolePermissions category={null} />
        </>
      )}
    </AdminPage>
  );
}

type Figures = ReadonlyMap<number, LateFigures>;
const none: Figures = new Map();

/** What of it has some words in its titles, with the categories that lead there. */
function titled(help: Help, words: string): Help {
  const wanted = words.toLocaleLowerCase();
  const has = ({ translations }: { translations: { title: string }[] }) =>
    translations.some(({ title }) => title.toLocaleLowerCase().includes(wanted));
  const answers = help.answers.filter(has);
  const kept = new Set<number>();
  const keep = (id: number | null) => {
    if (id === null || kept.has(id)) return;
    kept.add(id);
    keep(help.categories.find((one) => one.id === id)?.parent_id ?? null);
  };
  for (const { category_id } of answers) keep(category_id);
  for (const category of help.categories) if (has(category)) keep(category.id);
  return { ...help, answers, categories: help.categories.filter(({ id }) => kept.has(id)) };
}

/** What the help was good for of late, altogether. */
function Lately({ figures }: { figures: Figures }) {
  const { t, i18n } = useLingui();
  if (figures.size === 0) return null;
  const number = new Intl.NumberFormat(i18n.locale);
  const sum = (of: 'views' | 'deflections' | 'helpful' | 'unhelpful') =>
    [...figures.values()].reduce((total, one) => total + one[of], 0);
  const said = sum('helpful') + sum('unhelpful');
  const share = new Intl.NumberFormat(i18n.locale, { style: 'percent' }).format(sum('helpful') / said);
  return (
    <Section title={t`In the last 30 days`}>
      <Amounts
        amounts={[
          [t`Answers read`, number.format(sum('views'))],
          [t`Requests spared`, number.format(sum('deflections'))],
          ...(said > 0 ? ([[t`Readers who were helped`, share]] as const) : []),
        ]}
      />
    </Section>
  );
}

interface BranchProps {
  help: Help;
  figures: Figures;
  /** Whether nothing is left out, so that it can be put into another order. */
  whole: boolean;
  parent: number | null;
  depth: number;
  locale: string;
}

/** What stands below a category: further ones, then answers. */
function Branch({ help, figures, whole, parent, depth, locale }: BranchProps) {
  const { t, i18n } = useLingui();
  const { base, categories, answers } = help;
  const number = new Intl.NumberFormat(i18n.locale);
  const factsOf = (said: LateFigures | undefined): string[] => {
    if (!said) return [];
    const { views, deflections, helpful, unhelpful } = said;
    return [
      ...(views > 0 ? [t`read ${number.format(views)} times`] : []),
      ...(deflections > 0 ? [t`spared ${number.format(deflections)} requests`] : []),
      ...(helpful + unhelpful > 0
        ? [t`helped ${number.format(helpful)} of ${number.format(helpful + unhelpful)} readers`]
        : []),
    ];
  };
  const named = (row: { translations: { locale: string; title: string }[] }) =>
    titleIn(row.translations, locale, base.locales[0] ?? 'en');
  const below = categories.filter((one) => one.parent_id === parent);
  const own = answers.filter((one) => one.category_id === parent);
  return (
    <>
      {below.map((category, at) => (
        <CategoryRows key={category.id} {...{ help, figures, whole, depth, locale, category }}>
          <Up
            name={named(category)}
            hidden={!whole || at === 0}
            move={() => reorder('categories', parent, raised(below, at))}
          />
        </CategoryRows>
      ))}
      {own.map((answer, at) => (
        <Item
          key={`answer-${answer.id}`}
          depth={depth}
          what={
            <>
              <Link to="/admin/knowledge-base/answers/$id" params={{ id: String(answer.id) }} className={classes.link}>
                {named(answer)}
              </Link>{' '}
              <Badge size="sm" variant="dot" color={stateColours[answer.state]}>
                {i18n._(stateLabels[answer.state])}
              </Badge>
            </>
          }
          facts={[
            answer.translations.map((text) => localeNames[text.locale]).join(', '),
            ...(answer.publish_at ? [t`Will be published by itself`] : []),
            ...(answer.archive_at ? [t`Will be archived by itself`] : []),
            ...factsOf(figures.get(answer.id)),
          ].join(' · ')}
        >
          <Up
            name={named(answer)}
            hidden={!whole || at === 0}
            move={() => reorder('answers', parent, raised(own, at))}
          />
        </Item>
      ))}
    </>
  );
}

function CategoryRows({
  help,
  figures,
  whole,
  category,
  depth,
  locale,
  children,
}: Omit<BranchProps, 'parent'> & { category: Help['categories'][number]; children: React.ReactNode }) {
  const { t } = useLingui();
  const name = titleIn(category.translations, locale, help.base.locales[0] ?? 'en');
  return (
    <>
      <Item
        depth={depth}
        what={
          <>
            <Link
              to="/admin/knowledge-base/categories/$id"
              params={{ id: String(category.id) }}
              className={classes.link}
            >
              <strong>{name}</strong>
            </Link>{' '}
            {category.internal && (
              <Badge size="sm" variant="light" color="yellow">
                {t`Not public`}
              </Badge>
            )}
            {(category.role_ids.length > 0 || category.has_permissions) && (
              <Badge size="sm" variant="light" color="yellow">
                {t`Not for all roles alike`}
              </Badge>
            )}
          </>
        }
        facts={null}
      >
        {children}
      </Item>
      <Branch {...{ help, figures, whole, locale }} parent={category.id} depth={depth + 1} />
    </>
  );
}

/** The ids of rows, one of them a place further up. */
function raised(rows: readonly { id: number }[], at: number): number[] {
  const ids = rows.map(({ id }) => id);
  const [moved] = ids.splice(at, 1);
  ids.splice(at - 1, 0, moved as number);
  return ids;
}

function Up({ name, hidden, move }: { name: string; hidden: boolean; move: () => Promise<unknown> }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const act = useMutation({
    mutationFn: move,
    onError: (error) => notifyProblem(i18n, t`Nothing was changed`, error),
    onSettled: () => readAnew(cache, helpKey),
  });
  if (hidden) return null;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={t`Move up: ${name}`}
      loading={act.isPending}
      onClick={() => act.mutate()}
    >
      <IconArrowUp size={16} aria-hidden />
    </ActionIcon>
  );
}

interface Values {
  active: boolean;
  locales: HelpLocale[];
  requests: boolean;
  request_group_ids: number[];
}
const valuesOf = ({ active, locales, requests, request_group_ids }: KnowledgeBase): Values => ({
  ...{ active, locales, requests, request_group_ids },
});

function Settings({ base }: { base: KnowledgeBase }) {
  const { t } = useLingui();
  const { data: groups = [] } = useQuery(groupsQuery);
  const editor = useEditor<Values>({
    stored: useStored(base, valuesOf),
    read: async () => valuesOf(await settingsOf()),
    write: (_, changed) => saveSettings(changed),
    done: t`The settings were saved.`,
    changes: helpKey,
  });
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    ...{ active: t`Public help`, locales: t`Languages`, requests: t`Requests without an account` },
    request_group_ids: t`Groups to choose from`,
  };
  return (
    <EditForm editor={editor} labels={labels}>
      <Section title={t`Settings`}>
        <Stack>
          <Switch
            label={labels.active}
            description={t`Published answers stand at /help for everybody.`}
            checked={values.active}
            onChange={(event) => set({ active: event.currentTarget.checked })}
          />
          <MultiSelect
            label={labels.locales}
            description={t`The first one is for people who speak none of them.`}
            data={Object.entries(localeNames).map(([value, label]) => ({ value, label }))}
            value={values.locales}
            onChange={(locales) => set({ locales: locales as HelpLocale[] })}
          />
          <Switch
            label={labels.requests}
            description={t`A form at /help, which shows answers before it sends anything.`}
            checked={values.requests}
            onChange={(event) => set({ requests: event.currentTarget.checked })}
          />
          <MultiSelect
            label={labels.request_group_ids}
            data={groups.map(({ id, name }) => ({ value: String(id), label: name }))}
            value={values.request_group_ids.map(String)}
            onChange={(ids) => set({ request_group_ids: ids.map(Number) })}
          />
          <Text size="sm" c="dimmed">
            {t`Without groups to choose from the first active one gets all requests.`}
          </Text>
        </Stack>
      </Section>
    </EditForm>
  );
}
