import { useLingui } from '@lingui/react/macro';
import { IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { PersonAvatar } from '../../ui/person-avatar.tsx';
import { nameOf, userQuery } from '../people/queries.ts';
import { useMe } from '../session/use-me.ts';
import { type Present, usePresent } from './present.ts';
import classes from './row-presence.module.css';

/** Who else is on a ticket of a list, and whether they write. */
export function RowPresence({ ticketId }: { ticketId: number }) {
  const people = usePresent(({ tickets }) => tickets[ticketId]);
  return people?.map((one) => <Person key={one.id} {...one} />);
}

function Person(present: Present) {
  const { me } = useMe();
  return present.id === me.id ? null : <Other {...present} />;
}

function Other({ id, doing }: Present) {
  const { t } = useLingui();
  const { data: user } = useQuery(userQuery(id));
  if (!user) return null;
  const name = nameOf(user);
  const text = doing === 'viewing' ? t`${name} is looking at it` : t`${name} is writing`;
  return (
    <span className={classes.person} title={text}>
      <PersonAvatar name={name} image={user.image} size={18} />
      {doing !== 'viewing' && <IconPencil size={12} aria-hidden />}
      <span className={classes.text}>{text}</span>
    </span>
  );
}
