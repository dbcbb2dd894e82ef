import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Button, Group, Menu, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconArrowMoveRight,
  IconDots,
  IconFileCode,
  IconTicket,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Article, Ticket } from '../queries.ts';
import { sideThreadOf, useSide } from '../side-thread.ts';
import { useMoveArticle } from '../use-ties.ts';
import { TicketPicker } from './ticket-picker.tsx';

/** What an agent can do with one message: a new ticket of it, or another ticket for it. */
export function ArticleActions({ article }: { article: Article }) {
  const { t } = useLingui();
  const [moving, dialog] = useDisclosure(false);
  const { set: write } = useSide();
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon size={26} aria-label={t`Actions of this message`}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {sideThreadOf(article) !== null && (
            <Menu.Item
              leftSection={<IconArrowBackUp size={15} aria-hidden />}
              onClick={() => write({ how: 'answer', article })}
            >
              {t`Answer in this side conversation`}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconArrowForwardUp size={15} aria-hidden />}
            onClick={() => write({ how: 'forward', article })}
          >
            {t`Forward to somebody else`}
          </Menu.Item>
          <Menu.Item
            renderRoot={(props) => (
              <Link to="/tickets/new" search={{ from: `${article.ticket_id}.${article.id}` }} {...props} />
            )}
            leftSection={<IconTicket size={15} aria-hidden />}
          >
            {t`New ticket from this message`}
          </Menu.Item>
          <Menu.Item leftSection={<IconArrowMoveRight size={15} aria-hidden />} onClick={dialog.open}>
            {t`Move to another ticket`}
          </Menu.Item>
          {article.type === 'email' && article.sender === 'Customer' && (
            <Menu.Item
              component="a"
              href={`/api/v1/ticket_article_plain/${article.id}`}
              download
              leftSection={<IconFileCode size={15} aria-hidden />}
            >
              {t`Download the mail as it came`}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <MoveDialog article={article} opened={moving} onClose={dialog.close} />
    </>
  );
}

function MoveDialog({ article, opened, onClose }: { article: Article; opened: boolean; onClose: () => void }) {
  const { t } = useLingui();
  const { move, busy } = useMoveArticle(article);
  const [target, setTarget] = useState<Ticket | null>(null);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t`Move this message to…`}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (target) move(target, onClose);
        }}
      >
        <Stack>
          <TicketPicker label={t`Target ticket`} except={article.ticket_id} onChange={setTarget} />
          <Text size="sm" c="dimmed">
            {t`The message with its files moves; both tickets say so in their history. It can be undone.`}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t`Cancel`}
            </Button>
            <Button type="submit" disabled={!target} loading={busy}>
              {t`Move`}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
