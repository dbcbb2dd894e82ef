import { useLingui } from '@lingui/react/macro';
import { useThrottledValue } from '@mantine/hooks';
import { IconEye, IconPencil } from '@tabler/icons-react';
import { useQueries } from '@tanstack/react-query';
import { PersonAvatar } from '../../../ui/person-avatar.tsx';
import { nameOf, userQuery } from '../../people/queries.ts';
import { type Doing, type Present, usePresent } from '../../presence/present.ts';
import { useMe } from '../../session/use-me.ts';
import classes from './present-people.module.css';

/** Between two things that a screen reader says of it, ms (WCAG 4.1.3). */
const saidEveryMs = 5_000;
const none: readonly Present[] = [];

/** Who else is on this ticket and what they do, in words. */
export function PresentPeople({ ticketId }: { ticketId: number }) {
  const { t } = useLingui();
  const { me } = useMe();
  const present = usePresent(({ tickets }) => tickets[ticketId]) ?? none;
  const others = present.filter(({ id }) => id !== me.id);
  const users = useQueries({ queries: others.map(({ id }) => userQuery(id)) });
  const sentence = (name: string, doing: Doing) =>
    doing === 'replying'
      ? t`${name} is writing a reply`
      : doing === 'noting'
        ? t`${name} is writing a note`
        : t`${name} is looking at this ticket`;
  const people = others.flatMap(({ id, doing }, i) => {
    const user = users[i]?.data;
    if (!user) return [];
    const name = nameOf(user);
    return [{ id, doing, name, image: user.image, text: sentence(name, doing) }];
  });
  const said = useThrottledValue(people.map(({ text }) => text).join(', '), saidEveryMs);
  return (
    <>
      {people.length > 0 && (
        <ul className={classes.list} aria-label={t`Also here`}>
          {people.map(({ id, doing, name, image, text }) => (
            <li key={id} className={classes.person} data-writing={doing !== 'viewing' || undefined}>
              <PersonAvatar name={name} image={image} size={18} />
              {doing === 'viewing' ? <IconEye size={14} aria-hidden /> : <IconPencil size={14} aria-hidden />}
              {text}
            </li>
          ))}
        </ul>
      )}
      <span role="status" className={classes.said}>
        {said}
      </span>
    </>
  );
}
