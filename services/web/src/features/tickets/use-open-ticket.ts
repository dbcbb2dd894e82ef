import type { UseFormReturnType } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type CallInput, call } from '../../app/api.ts';
import { notifyDone } from '../../ui/notify.tsx';
import { type DraftFile, newFormId } from './draft.ts';
import { undoSeconds } from './held.ts';
import type { HeldTicket } from './held-ticket.ts';
import { ticketKeys } from './queries.ts';
import { useUploads } from './use-uploads.ts';

/** What every form that opens a ticket asks for. */
export interface TicketValues {
  title: string;
  group: string | null;
  /** Of the catalogue; null: something else, for the group. */
  service: string | null;
  body: string;
}

type NewTicket = NonNullable<CallInput<'createTicket'>['body']>;

interface Options<V extends TicketValues> {
  form: UseFormReturnType<V>;
  /** Of the ticket, beside title, group and text. */
  rest: (values: V) => NewTicket;
  /** Whether the custom fields are filled in; it shows which are not. */
  complete: () => boolean;
  /** What is said when the ticket is open. */
  done: (number: string) => string;
  /** For what may be taken back for some seconds; told of what waits, and for how long. */
  waits?: ((held: HeldTicket, seconds: number) => void) | null;
  /** Files that are in the upload cache of a form already. */
  start?: { formId: string; files: DraftFile[] } | undefined;
}

/** Opens the ticket of a form once it is filled in and its files are there, and goes to it. */
export function useOpenTicket<V extends TicketValues>({ form, rest, complete, done, waits, start }: Options<V>) {
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [formId] = useState(() => start?.formId ?? newFormId());
  const uploads = useUploads(formId, start?.files ?? []);
  const { mutate, isPending, error } = useMutation({
    mutationFn: async (values: V) => {
      const title = values.title.trim();
      const { article: first, ...fields } = rest(values);
      const article = {
        ...first,
        subject: title,
        body: values.body,
        content_type: 'text/html' as const,
        ...(uploads.files.length > 0 ? { form_id: formId } : {}),
      };
      const asked = values.service === null ? {} : { service_id: Number(values.service) };
      const body = { title, group_id: Number(values.group), ...asked, ...fields, article };
      const seconds = waits ? await undoSeconds(cache) : 0;
      if (seconds > 0) return { held: await call('holdTicket', { body }), seconds };
      return { made: await call('createTicket', { query: { expand: true }, body }) };
    },
    onSuccess: ({ made, held, seconds }) => {
      if (held) {
        void cache.invalidateQueries({ queryKey: ticketKeys.heldTickets });
        waits?.(held, seconds);
        return;
      }
      void cache.invalidateQueries({ queryKey: ticketKeys.lists });
      void cache.invalidateQueries({ queryKey: ticketKeys.counts });
      notifyDone(done(made.number));
      void navigate({ to: '/tickets/$id', params: { id: String(made.id) } });
    },
  });
  const submit = () => {
    if (uploads.busy || isPending) return;
    const { hasErrors, errors } = form.validate();
    const filled = complete();
    if (!hasErrors && filled) mutate(form.values);
    else if (hasErrors) focusFirst(errors);
    // Marked with the next paint.
    else
      requestAnimationFrame(() =>
        document.querySelector<HTMLElement>('[data-field^="custom-"][aria-invalid="true"]')?.focus(),
      );
  };
  return { uploads, submit, isPending, error };
}

/** The keyboard goes to the first field that needs a hand. */
function focusFirst(errors: Record<string, unknown>): void {
  const order = ['customer', 'title', 'group', 'pendingTime', 'body'];
  const field = order.find((name) => errors[name]);
  const selector = field === 'body' ? '.ProseMirror' : `[data-field="${field}"]`;
  const element = document.querySelector<HTMLElement>(selector);
  const target = element?.matches('input, .ProseMirror') ? element : element?.querySelector<HTMLElement>('input');
  target?.focus();
}
