import type { ChatSettings } from '@helpmesh/contracts';
import { useLingui } from '@lingui/react/macro';
import {
  ActionIcon,
  Anchor,
  Button,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { request } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import type { Field } from '../edit.ts';
import { linesOf } from '../phone-rules.ts';
import { groupsQuery } from '../queries.ts';
import { useEditor, useStored } from '../use-editor.ts';
import { AdminPage } from './admin-page.tsx';
import { Copied } from './copied.tsx';
import { EditForm } from './edit-form.tsx';
import { Loading } from './loading.tsx';

/** By address: these routes are for few, and the table of routes is loaded by all. */
const address = '/api/v1/chat_settings';
const key = 'chat-settings';
const read = () => request('GET', address) as Promise<ChatSettings>;
const settingsQuery = queryOptions({ queryKey: [key], queryFn: read });

type Topic = ChatSettings['chat_topics'][number];

interface Values extends Omit<ChatSettings, 'chat_origins'> {
  /** A line each. */
  origins: string;
}

const valuesOf = ({ chat_origins, ...rest }: ChatSettings): Values => ({ ...rest, origins: chat_origins.join('\n') });

function write(_all: Values, { origins, chat_topics, ...changed }: Partial<Values>): Promise<unknown> {
  return request('PUT', address, {
    ...changed,
    ...(origins !== undefined && { chat_origins: linesOf(origins) }),
    ...(chat_topics && { chat_topics: chat_topics.filter(({ name }) => name.trim() !== '') }),
  });
}

/** How visitors of other web pages reach agents by live chat. */
export function ChatSettingsPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(settingsQuery);
  if (!data && !error) return <Loading />;
  return (
    <AdminPage title={t`Live chat`}>
      {data ? <Parts settings={data} /> : <Failed error={error} onRetry={() => void refetch()} />}
    </AdminPage>
  );
}

function Parts({ settings }: { settings: ChatSettings }) {
  const { t } = useLingui();
  const { data: groups = [] } = useQuery(groupsQuery);
  const stored = useStored(settings, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await read()),
    write,
    done: t`The settings were saved.`,
    changes: [key, 'chats'],
  });
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    chat_active: t`Visitors may chat`,
    chat_title: t`Title of the chat`,
    chat_topics: t`Topics`,
    origins: t`Pages that may show the chat`,
    chat_waiting_max: t`Visitors who may wait at once`,
    chat_idle_minutes: t`Minutes without a word after which a chat ends`,
    chat_away_seconds: t`Seconds that a visitor may be away`,
  };
  const count = (field: 'chat_waiting_max' | 'chat_idle_minutes' | 'chat_away_seconds', min: number, max: number) => ({
    label: labels[field],
    value: values[field],
    ...{ min, max, w: 320, clampBehavior: 'strict' as const, allowDecimal: false },
    onChange: (value: string | number) => typeof value === 'number' && set({ [field]: value }),
  });
  const topics = values.chat_topics;
  const setTopic = (at: number, part: Partial<Topic>) =>
    set({ chat_topics: topics.map((topic, i) => (i === at ? { ...topic, ...part } : topic)) });
  const choices = groups.filter(({ active }) => active).map(({ id, name }) => ({ value: String(id), label: name }));
  const first = Number(choices[0]?.value ?? 0);
  const origin = window.location.origin;
  const snippet = `<script src="${origin}/assets/chat/chat.js" defer></script>`;
  return (
    <EditForm editor={editor} labels={labels}>
      <Stack>
        <Section
          title={t`Chat on other web pages`}
          lead={t`Visitors see it while an agent takes chats and has room for one more. What was said becomes a ticket.`}
        >
          <Stack>
            <Switch
              label={labels.chat_active}
              checked={values.chat_active}
              onChange={(event) => set({ chat_active: event.currentTarget.checked })}
            />
            <TextInput
              label={labels.chat_title}
              description={t`Empty: "Chat with us", in the language of the page.`}
              maxLength={100}
              maw={420}
              value={values.chat_title}
              onChange={(event) => set({ chat_title: event.currentTarget.value })}
            />
            <Textarea
              label={labels.origins}
              description={t`An address in each line, as in https://www.example.org. The pages of this desk always may.`}
              autosize
              minRows={2}
              value={values.origins}
              onChange={(event) => set({ origins: event.currentTarget.value })}
            />
          </Stack>
        </Section>
        <Section
          title={labels.chat_topics}
          lead={t`What visitors choose from. Chats of a topic are for the agents of its group, and become tickets there.`}
          action={
            <Button
              variant="default"
              size="compact-md"
              leftSection={<IconPlus size={16} aria-hidden />}
              disabled={first === 0}
              onClick={() => set({ chat_topics: [...topics, { name: '', group_id: first }] })}
            >
              {t`Add a topic`}
            </Button>
          }
        >
          <Stack gap="sm">
            {topics.map((topic, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a topic has nothing else of its own while it is written
              <Group key={i} align="flex-end" gap="sm">
                <TextInput
                  label={t`Topic`}
                  maxLength={100}
                  w={240}
                  value={topic.name}
                  onChange={(event) => setTopic(i, { name: event.currentTarget.value })}
                />
                <Select
                  label={t`Group`}
                  data={choices}
                  allowDeselect={false}
                  w={240}
                  value={String(topic.group_id)}
                  onChange={(value) => value && setTopic(i, { group_id: Number(value) })}
                />
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={36}
                  aria-label={t`Remove the topic ${topic.name}`}
                  onClick={() => set({ chat_topics: topics.filter((_, other) => other !== i) })}
                >
                  <IconTrash size={18} aria-hidden />
                </ActionIcon>
              </Group>
            ))}
          </Stack>
        </Section>
        <Section title={t`Limits`}>
          <Stack>
            <NumberInput {...count('chat_waiting_max', 1, 1_000)} />
            <NumberInput {...count('chat_idle_minutes', 1, 240)} />
            <NumberInput {...count('chat_away_seconds', 15, 3_600)} />
          </Stack>
        </Section>
        <Section title={t`On your page`}>
          <Stack>
            <Copied what={t`Put this before the end of each page:`} text={snippet} />
            <Anchor href="/assets/chat/preview" target="_blank" rel="noopener">
              {t`Try it as a visitor`}
            </Anchor>
          </Stack>
        </Section>
      </Stack>
    </EditForm>
  );
}
