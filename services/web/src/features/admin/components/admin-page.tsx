import { useLingui } from '@lingui/react/macro';
import { Anchor, Title } from '@mantine/core';
import { IconChevronLeft, IconLock } from '@tabler/icons-react';
import { Link, Navigate, Outlet, useMatches } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Empty } from '../../../ui/state-messages.tsx';
import { useMe } from '../../session/use-me.ts';
import { pageLabels } from '../labels.ts';
import { type AdminPageId, mayOpen, pageAt, pagesFor } from '../pages.ts';
import classes from './admin-page.module.css';

/** What every page of the administration stands in: who lacks its permission is told so, whichever way they came. */
export function AdminArea() {
  const { may } = useMe();
  // Of the page that stands here: the address is that of the next one already while it is being fetched.
  const pathname = useMatches({ select: (matches) => matches.at(-1)?.pathname ?? '' });
  const page = pageAt(pathname);
  const first = pagesFor(may)[0];
  if (page ? !mayOpen(page, may) : !first) return <NotAllowed />;
  if (/^\/admin\/?$/.test(pathname) && first) return <Navigate to={`/admin/${first.id}`} replace />;
  return <Outlet />;
}

function NotAllowed() {
  const { t } = useLingui();
  return (
    <>
      <title>{`${t`Not allowed`} · Helpmesh`}</title>
      <Empty icon={IconLock} level={1} title={t`You are not allowed to see this page`}>
        {t`It is for administrators who have the permission for it. Ask one of them if you need it.`}
        <div>
          <Anchor component={Link} to="/tickets">
            {t`To the tickets`}
          </Anchor>
        </div>
      </Empty>
    </>
  );
}

interface Props {
  title: string;
  /** The list that this page belongs to. */
  up?: AdminPageId;
  /** Beside the title. */
  action?: ReactNode;
  children: ReactNode;
}

export function AdminPage({ title, up, action, children }: Props) {
  const { i18n } = useLingui();
  return (
    <div className={classes.page}>
      <title>{`${title} · Helpmesh`}</title>
      <div className={classes.inner}>
        <div>
          {up && (
            <Anchor
              component={Link}
              to={`/admin/${up}`}
              size="sm"
              display="inline-flex"
              style={{ alignItems: 'center' }}
            >
              <IconChevronLeft size={15} aria-hidden />
              {i18n._(pageLabels[up])}
            </Anchor>
          )}
          <div className={classes.head}>
            <Title order={1} className={classes.title}>
              {title}
            </Title>
            {action}
          </div>
        </div>
        {children}
      </div>
    </div>
  );
}
