import {
  deliveryDeferred,
  deliveryFailed,
  deliverySent,
  fileMail,
  type Message,
  markRedirected,
  recordMail,
} from '@helpmesh/contracts';
import { ConsumesPrepared } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { FileMail } from '../application/file-mail.ts';
import { MarkRedirected } from '../application/mark-redirected.ts';
import { RecordDelivery } from '../application/record-delivery.ts';
import { RecordMail } from '../application/record-mail.ts';

/** What other services tell or order about the mail of tickets. */
@Controller()
export class MailConsumer {
  constructor(
    private readonly files: FileMail,
    private readonly records: RecordMail,
    private readonly deliveries: RecordDelivery,
    private readonly redirects: MarkRedirected,
  ) {}

  @ConsumesPrepared(fileMail)
  onMail(messages: Message<typeof fileMail>[]) {
    return this.files.prepare(messages);
  }

  @ConsumesPrepared(recordMail)
  onSentMail(messages: Message<typeof recordMail>[]) {
    return this.records.prepare(messages);
  }

  @ConsumesPrepared(deliverySent, deliveryDeferred, deliveryFailed)
  onDelivery(messages: Message<typeof deliverySent | typeof deliveryDeferred | typeof deliveryFailed>[]) {
    return this.deliveries.prepare(messages);
  }

  @ConsumesPrepared(markRedirected)
  onRedirect(messages: Message<typeof markRedirected>[]) {
    return this.redirects.prepare(messages);
  }
}
