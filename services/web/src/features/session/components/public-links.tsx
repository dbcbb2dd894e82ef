import { useLingui } from '@lingui/react/macro';
import { Anchor } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { call } from '../../../app/api.ts';
import classes from './entry-page.module.css';

type Screen = 'login' | 'signup' | 'password_reset';

const publicLinksQuery = (screen: Screen) =>
  queryOptions({
    queryKey: ['public-links', screen],
    queryFn: ({ signal }) => call('shownPublicLinks', { query: { screen }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What the desk shows to strangers beside the form: an imprint, a status page. Without it the form works all the same. */
export function PublicLinks({ screen }: { screen: Screen }) {
  const { t } = useLingui();
  const { data: links = [] } = useQuery(publicLinksQuery(screen));
  if (links.length === 0) return null;
  return (
    <nav aria-label={t`More pages`} className={classes.links}>
      {links.map(({ link, title, description, new_tab }) => (
        <Anchor
          key={`${link} ${title}`}
          href={link}
          size="sm"
          title={description ?? undefined}
          rel="noopener noreferrer"
          {...(new_tab && { target: '_blank' })}
        >
          {title}
        </Anchor>
      ))}
    </nav>
  );
}
