import { Plural, useLingui } from '@lingui/react/macro';
import { Button, Group, TextInput } from '@mantine/core';
import { IconTag } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { notifyDone, notifyProblem } from '../../ui/notify.tsx';
import { Item, Section } from '../../ui/section.tsx';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { AskButton } from '../admin/components/ask-button.tsx';
import { RecordList } from '../admin/components/record-list.tsx';
import { readAnew } from '../admin/queries.ts';
import { allTagsQuery, type Tag, tagRows } from './queries.ts';

const changes = ['tags'];
/** So many are shown at once; a word finds the others. */
const SHOWN = 200;

/** The tags that tickets have: added, renamed everywhere, made one, deleted. */
export function TagsPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(allTagsQuery);
  const [word, setWord] = useState('');
  const [renaming, setRenaming] = useState<number | null>(null);
  const found = data?.filter(({ name }) => name.toLowerCase().includes(word.trim().toLowerCase()));
  return (
    <AdminPage title={t`Tags`}>
      <Section title={t`New tag`}>
        <NameForm
          label={t`New tag`}
          action={t`Add`}
          save={(name) => tagRows.create({ name })}
          done={t`The tag was added.`}
        />
      </Section>
      <TextInput
        label={t`Find a tag`}
        mb="sm"
        maw={360}
        value={word}
        onChange={(event) => setWord(event.currentTarget.value)}
      />
      <RecordList
        label={t`Tags`}
        icon={IconTag}
        records={found?.slice(0, SHOWN)}
        error={error}
        onRetry={() => void refetch()}
        narrowed={word.trim() !== ''}
        none={t`There are no tags`}
      >
        {(tag) => (
          <TagItem
            key={tag.id}
            tag={tag}
            renaming={renaming === tag.id}
            onRename={(open) => setRenaming(open ? tag.id : null)}
          />
        )}
      </RecordList>
    </AdminPage>
  );
}

interface ItemProps {
  tag: Tag;
  renaming: boolean;
  onRename: (open: boolean) => void;
}

function TagItem({ tag: { id, name, count }, renaming, onRename }: ItemProps) {
  const { t } = useLingui();
  return (
    <Item what={name} facts={<Plural value={count} one="# ticket" other="# tickets" />}>
      {renaming ? (
        <NameForm
          label={t`New name of ${name}`}
          action={t`Rename`}
          begin={name}
          save={(next) => tagRows.update(id, { name: next })}
          done={t`The tag was renamed on every ticket.`}
          onClose={() => onRename(false)}
        />
      ) : (
        <Group gap="xs">
          <Button size="compact-sm" variant="default" aria-label={t`Rename: ${name}`} onClick={() => onRename(true)}>
            {t`Rename`}
          </Button>
          <AskButton
            size="compact-sm"
            variant="subtle"
            color="red"
            label={t`Delete`}
            name={t`Delete: ${name}`}
            question={t`It is taken off every ticket that has it.`}
            done={t`The tag was deleted.`}
            deed={() => tagRows.remove(id)}
            changes={changes}
          />
        </Group>
      )}
    </Item>
  );
}

interface FormProps {
  label: string;
  action: string;
  begin?: string;
  save: (name: string) => Promise<unknown>;
  done: string;
  /** Absent: it stays for the next one. */
  onClose?: () => void;
}

function NameForm({ label, action, begin = '', save, done, onClose }: FormProps) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [name, setName] = useState(begin);
  const field = useRef<HTMLInputElement>(null);
  const closes = onClose !== undefined;
  // The button that opened it is gone: whoever pressed it writes on.
  useEffect(() => {
    if (closes) field.current?.select();
  }, [closes]);
  const keep = useMutation({
    mutationFn: () => save(name.trim()),
    onSuccess: async () => {
      await readAnew(cache, changes);
      notifyDone(done);
      setName('');
      onClose?.();
    },
    onError: (error) => notifyProblem(i18n, t`Nothing was changed`, error),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        keep.mutate();
      }}
    >
      <Group gap="xs">
        <TextInput
          aria-label={label}
          maxLength={250}
          ref={field}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={keep.isPending} disabled={['', begin].includes(name.trim())}>
          {action}
        </Button>
        {onClose && (
          <Button variant="subtle" color="gray" onClick={onClose}>
            {t`Cancel`}
          </Button>
        )}
      </Group>
    </form>
  );
}
