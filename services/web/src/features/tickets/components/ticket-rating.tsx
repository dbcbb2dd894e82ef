import { useLingui } from '@lingui/react/macro';
import { Button, Group, Rating, Text, Textarea, Title } from '@mantine/core';
import { IconStar, IconStarFilled } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import { Ago } from '../../../ui/ago.tsx';
import { notifyProblem } from '../../../ui/notify.tsx';
import { useMe } from '../../session/use-me.ts';
import { type Ticket, ticketKeys } from '../queries.ts';
import { type TicketRating as Rated, rate, ratingQuery } from '../rating.ts';
import classes from './ticket-rating.module.css';

/** Empty ones are seen as well as full ones, in light and dark. */
const starsOf = (size: number) => ({
  emptySymbol: <IconStar size={size} color="var(--mantine-color-dimmed)" aria-hidden />,
  fullSymbol: <IconStarFilled size={size} color="var(--mantine-primary-color-filled)" aria-hidden />,
});

/** How the customer found it to go: asked of them when the ticket is closed, and shown to its agents. */
export function TicketRating({ ticket }: { ticket: Ticket }) {
  const { me, agent } = useMe();
  // Colleagues of the customer see the ticket and not what was said about it.
  const mine = ticket.customer_id === me?.id;
  const { data: rating } = useQuery({ ...ratingQuery(ticket.id), enabled: agent || mine });
  if (rating?.may_rate) return <RatingForm key={rating.rated_at} rating={rating} />;
  return rating?.score == null ? null : <Given rating={rating} />;
}

function Given({ rating: { score, comment, rated_at, changed_at } }: { rating: Rated }) {
  const { t } = useLingui();
  const at = changed_at ?? rated_at;
  return (
    <Frame title={t`Rating of the customer`}>
      <Group gap="xs">
        <Rating {...starsOf(18)} value={score ?? 0} readOnly aria-label={t`${score ?? 0} of 5`} />
        <Text size="sm" c="dimmed">
          {at && <Ago at={at} />}
        </Text>
      </Group>
      {comment && <Text className={classes.said}>{comment}</Text>}
    </Frame>
  );
}

function RatingForm({ rating }: { rating: Rated }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { ticket_id: id, rated_at: before } = rating;
  const [score, setScore] = useState(rating.score ?? 0);
  const [comment, setComment] = useState(rating.comment);
  const names = [t`Bad`, t`Not so good`, t`Fair`, t`Good`, t`Very good`];
  const { mutate, isPending } = useMutation({
    mutationFn: () => rate(id, { score, comment }),
    onSuccess: (rated) => {
      cache.setQueryData(ratingQuery(id).queryKey, rated);
      void cache.invalidateQueries({ queryKey: ticketKeys.history(id) });
    },
    onError: (problem) => notifyProblem(i18n, t`The rating was not kept`, problem),
  });
  return (
    <Frame title={t`How did it go?`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (score > 0) mutate();
        }}
      >
        <Group gap="sm" mb="sm">
          <Rating
            {...starsOf(28)}
            value={score}
            onChange={setScore}
            getSymbolLabel={(n) => names[n - 1] ?? String(n)}
          />
          <Text size="sm" role="status">
            {names[score - 1]}
          </Text>
        </Group>
        <Textarea
          label={t`What should we know? (optional)`}
          autosize
          minRows={2}
          maxLength={2000}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        <Group gap="sm" mt="sm">
          <Button type="submit" disabled={score === 0} loading={isPending}>
            {before === null ? t`Send the rating` : t`Change the rating`}
          </Button>
          {before !== null && (
            <Text size="sm" c="dimmed">
              {t`Thank you. You can change it once.`}
            </Text>
          )}
        </Group>
      </form>
    </Frame>
  );
}

function Frame({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes.frame} aria-labelledby={id}>
      <Title order={2} size="h5" mb={6} id={id}>
        {title}
      </Title>
      {children}
    </section>
  );
}
