import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconBook2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Editor } from '@tiptap/react';
import { useState } from 'react';
import { useActions } from '../../app/actions/use-actions.ts';
import { notifyProblem } from '../../ui/notify.tsx';
import { Item, ItemList } from '../../ui/section.tsx';
import { useMe } from '../session/use-me.ts';
import { answerRows, type HelpHit, recentQuery, searchQuery } from './queries.ts';

/** Finds an answer of the knowledge base and writes it, or where it stands, into what is being written. */
export function InsertAnswer({ editor }: { editor: Editor }) {
  const { t } = useLingui();
  const { may } = useMe();
  const [open, setOpen] = useState(false);
  const reads = may('knowledge_base.reader') || may('knowledge_base.editor');
  useActions(
    reads
      ? [{ id: 'composer.insert-answer', label: msg`Insert an answer`, section: 'composer', run: () => setOpen(true) }]
      : [],
  );
  if (!reads) return null;
  return (
    <>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        leftSection={<IconBook2 size={16} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {t`Insert an answer`}
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={t`Insert an answer`}
        size="lg"
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        <Choice
          onChosen={(content) => {
            setOpen(false);
            // The focus comes back to the button when the dialog is gone; the text is where it belongs.
            setTimeout(() => insert(editor, content));
          }}
        />
      </Modal>
    </>
  );
}

/** A text as HTML, or a link that stands among the words. */
type Chosen = string | { title: string; href: string };

/** A link stands apart from the words before and after it, and what is typed next is none of it. */
function insert(editor: Editor, content: Chosen): void {
  const chain = editor.chain().focus();
  if (typeof content === 'string') {
    chain.insertContent(content).run();
    return;
  }
  const { from } = editor.state.selection;
  const before = editor.state.doc.textBetween(Math.max(0, from - 1), from, '\n', ' ');
  const { title: text, href } = content;
  const link = { type: 'text', text, marks: [{ type: 'link', attrs: { href } }] };
  const space = { type: 'text', text: ' ' };
  chain.insertContent([...(/\S/.test(before) ? [space] : []), link, space]).run();
}

function Choice({ onChosen }: { onChosen: (content: Chosen) => void }) {
  const { t, i18n } = useLingui();
  const [typed, setTyped] = useState('');
  const [query] = useDebouncedValue(typed, 200);
  const asked = query.trim().length > 2;
  const { data: found = [] } = useQuery(searchQuery(query));
  // Whoever has just written an answer, or seen one come, mostly means it.
  const { data: recent = [] } = useQuery({ ...recentQuery(i18n.locale), enabled: !asked });
  const hits = asked ? found : recent;
  const write = async ({ id, locale }: HelpHit) => {
    try {
      const { translations } = await answerRows.get(id);
      onChosen(translations.find((text) => text.locale === locale)?.body ?? '');
    } catch (error) {
      notifyProblem(i18n, t`The answer could not be read`, error);
    }
  };
  const link = ({ title, url }: HelpHit) => onChosen({ title, href: new URL(url ?? '', location.origin).href });
  return (
    <Stack>
      <TextInput
        label={t`Words of the answer`}
        data-autofocus
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Text size="sm" c="dimmed" role="status">
        {asked && hits.length === 0 ? t`Nothing matches` : !asked && hits.length > 0 ? t`Changed last:` : ''}
      </Text>
      {hits.length > 0 && (
        <ItemList label={t`Answers found`}>
          {hits.map((hit) => (
            <Item key={`${hit.id}-${hit.locale}`} what={hit.title} facts={hit.preview.map(({ text }) => text).join('')}>
              <Group gap="xs" wrap="nowrap">
                {hit.url && (
                  <Button size="compact-sm" aria-label={t`Link: ${hit.title}`} onClick={() => link(hit)}>
                    {t`Link`}
                  </Button>
                )}
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={t`Text: ${hit.title}`}
                  onClick={() => void write(hit)}
                >
                  {t`Text`}
                </Button>
              </Group>
            </Item>
          ))}
        </ItemList>
      )}
    </Stack>
  );
}
