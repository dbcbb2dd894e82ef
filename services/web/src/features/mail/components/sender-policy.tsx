import { useLingui } from '@lingui/react/macro';
import { Radio, Skeleton, Stack, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { EditForm } from '../../admin/components/edit-form.tsx';
import type { Field } from '../../admin/edit.ts';
import { useEditor, useStored } from '../../admin/use-editor.ts';
import { type SenderProof, senderProofQuery } from '../queries.ts';

interface Values {
  policy: SenderProof['policy'];
  /** One a line. */
  trusted_servers: string;
  sender_based_on_reply_to: SenderProof['sender_based_on_reply_to'];
}

const valuesOf = ({ policy, trusted_servers, sender_based_on_reply_to }: SenderProof): Values => ({
  policy,
  sender_based_on_reply_to,
  trusted_servers: trusted_servers.join('\n'),
});
const serversIn = (lines: string) => lines.split(/[\s,;]+/).filter((name) => name !== '');

/** What is done about mails whose senders are not proven. */
export function SenderPolicy() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(senderProofQuery);
  return (
    <Section
      title={t`Proof of senders`}
      lead={t`Anybody can write any name into a mail. The desk looks whether the domain of the sender stands behind it (DKIM, SPF, DMARC, ARC).`}
    >
      {data ? (
        <Form stored={data} />
      ) : error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton height={56} aria-label={t`Loading`} />
      )}
    </Section>
  );
}

function Form({ stored: from }: { stored: SenderProof }) {
  const { t } = useLingui();
  const stored = useStored(from, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getSenderProof')),
    write: (_, { policy, sender_based_on_reply_to, trusted_servers: lines }) =>
      call('updateSenderProof', {
        body: {
          ...(policy && { policy }),
          ...(sender_based_on_reply_to && { sender_based_on_reply_to }),
          ...(lines !== undefined && { trusted_servers: serversIn(lines) }),
        },
      }),
    done: t`The settings were saved.`,
    changes: ['mail'],
  });
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    policy: t`Mails whose senders are not proven`,
    trusted_servers: t`Servers whose word is taken`,
    sender_based_on_reply_to: t`Whom a new mail is by`,
  };
  return (
    <EditForm editor={editor} labels={labels}>
      <Stack>
        <Radio.Group
          label={labels.policy}
          value={values.policy}
          onChange={(policy) => set({ policy: policy as SenderProof['policy'] })}
        >
          <Stack gap="xs" mt={6}>
            <Radio value="off" label={t`Do not look`} />
            <Radio value="mark" label={t`Show it at the article`} />
            <Radio
              value="suspend"
              label={t`Let them wait above until somebody lets them in`}
              description={t`Those that their domain disowns, and those in the name of an agent without proof.`}
            />
          </Stack>
        </Radio.Group>
        <Textarea
          label={labels.trusted_servers}
          description={t`One a line, as they name themselves: mx.example.org. Only servers through which all mails come and that remove what strangers write in their name.`}
          autosize
          minRows={2}
          maw={480}
          value={values.trusted_servers}
          onChange={(event) => set({ trusted_servers: event.currentTarget.value })}
        />
        <Radio.Group
          label={labels.sender_based_on_reply_to}
          description={t`Contact forms send in their own name and say in Reply-To who filled them in. Nothing proves that they did, so such a mail only ever opens a new ticket, in nobody's name who works here.`}
          value={values.sender_based_on_reply_to}
          onChange={(to) => set({ sender_based_on_reply_to: to as Values['sender_based_on_reply_to'] })}
        >
          <Stack gap="xs" mt={6}>
            <Radio value="off" label={t`Whoever it is from`} />
            <Radio value="as_sender_of_email" label={t`Whom Reply-To names`} />
            <Radio
              value="as_sender_of_email_use_from_realname"
              label={t`The address in Reply-To, with the name in From`}
            />
          </Stack>
        </Radio.Group>
      </Stack>
    </EditForm>
  );
}
