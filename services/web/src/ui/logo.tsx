import { Group } from '@mantine/core';
import classes from './logo.module.css';

interface Props {
  compact?: boolean;
  /** Another name and picture than the product's; a picture says the name itself. */
  name?: string | undefined;
  picture?: string | null | undefined;
}

/** Two posts and their link: a mesh of desks that reads as an H. A desk or community may have a picture of its own. */
export function Logo({ compact = false, name, picture }: Props) {
  const said = name || 'Helpmesh';
  if (picture) return <img className={classes.picture} src={picture} alt={said} />;
  return (
    <Group gap={8} wrap="nowrap" component="span">
      <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true" className={classes.mark}>
        <rect width="32" height="32" rx="8" />
        <path d="M9 10v12M23 10v12M9 16h14" />
        <circle cx="9" cy="10" r="3" />
        <circle cx="9" cy="22" r="3" />
        <circle cx="23" cy="10" r="3" />
        <circle cx="23" cy="22" r="3" className={classes.far} />
      </svg>
      {!compact && <span className={classes.name}>{said}</span>}
    </Group>
  );
}
