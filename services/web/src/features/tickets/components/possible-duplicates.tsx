import { useLingui } from '@lingui/react/macro';
import { useDebouncedValue } from '@mantine/hooks';
import { IconCopy } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Ago } from '../../../ui/ago.tsx';
import { openOfCustomerQuery, openWithWordsQuery, type TicketRow } from '../queries.ts';
import { titleWords } from '../title-words.ts';
import { StateBadge } from './badges.tsx';
import classes from './possible-duplicates.module.css';

interface Props {
  customerId: number | null;
  title: string;
}

/** More would be another list. */
const most = 5;

/** Open tickets that may be about the same: those of the customer, and those with the words of the title. */
export function PossibleDuplicates({ customerId, title }: Props) {
  const { t } = useLingui();
  const [settled] = useDebouncedValue(title, 400);
  const words = titleWords(settled);
  const { data: own = [] } = useQuery({ ...openOfCustomerQuery(customerId ?? 0), enabled: customerId !== null });
  const { data: alike = [] } = useQuery({ ...openWithWordsQuery(words), enabled: words.length > 0 });
  const wordsKnown = words.length > 0 ? alike : [];
  const of = new Map<number, TicketRow>(
    [...(customerId === null ? [] : own), ...wordsKnown].map((row) => [row.id, row]),
  );
  const found = [...of.values()].slice(0, most);
  return (
    <div role="status">
      {found.length > 0 && (
        <div className={classes.box}>
          <div className={classes.title}>
            <IconCopy size={16} aria-hidden />
            {t`Open already, perhaps about the same:`}
          </div>
          <ul className={classes.list}>
            {found.map((ticket) => (
              <li key={ticket.id} className={classes.item}>
                {/* What was typed here stays. */}
                <a href={`/tickets/${ticket.id}`} target="_blank" rel="noopener" className={classes.link}>
                  #{ticket.number} {ticket.title}
                </a>
                <span className={classes.facts}>
                  <StateBadge state={ticket.state} type={ticket.state_type} />
                  <span>{ticket.customer}</span>
                  <Ago at={ticket.updated_at} />
                </span>
              </li>
            ))}
          </ul>
          <div className={classes.facts}>{t`They open in a new tab.`}</div>
        </div>
      )}
    </div>
  );
}
