import { useLingui } from '@lingui/react/macro';
import { Badge, Button } from '@mantine/core';
import { IconBolt, IconFileText, IconPlus, IconTemplate, type TablerIcon } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Item } from '../../../ui/section.tsx';
import { type LibraryKind, libraryQuery } from '../library.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { ImportTextModules } from './import-text-modules.tsx';
import { RecordList } from './record-list.tsx';

/** What agents run with one click. */
export function MacrosPage() {
  const { t } = useLingui();
  const words = { title: t`Macros`, fresh: t`New macro`, none: t`There are no macros` };
  return <LibraryList kind="macros" icon={IconBolt} {...words} />;
}

/** Texts that agents write by `::` and a word. */
export function TextModulesPage() {
  const { t } = useLingui();
  const words = { title: t`Text modules`, fresh: t`New text module`, none: t`There are no text modules` };
  return <LibraryList kind="text-modules" icon={IconFileText} {...words} />;
}

/** What the form of a new ticket may begin with. */
export function TemplatesPage() {
  const { t } = useLingui();
  const words = { title: t`Templates`, fresh: t`New template`, none: t`There are no templates` };
  return <LibraryList kind="templates" icon={IconTemplate} {...words} />;
}

interface Props {
  kind: LibraryKind;
  icon: TablerIcon;
  title: string;
  fresh: string;
  none: string;
}

function LibraryList({ kind, icon, title, fresh, none }: Props) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(libraryQuery(kind));
  return (
    <AdminPage
      title={title}
      action={
        <>
          {kind === 'text-modules' && <ImportTextModules />}
          <Button component={Link} to={`/admin/${kind}/new`} leftSection={<IconPlus size={16} aria-hidden />}>
            {fresh}
          </Button>
        </>
      }
    >
      <RecordList
        label={title}
        icon={icon}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={none}
      >
        {({ id, name, active, keywords }) => (
          <Item
            key={id}
            what={
              <>
                <Link to={`/admin/${kind}/$id`} params={{ id: String(id) }} className={classes.link}>
                  {name}
                </Link>{' '}
                {!active && (
                  <Badge size="sm" variant="light" color="gray">
                    {t`Inactive`}
                  </Badge>
                )}
              </>
            }
            facts={keywords ?? ''}
          />
        )}
      </RecordList>
    </AdminPage>
  );
}
