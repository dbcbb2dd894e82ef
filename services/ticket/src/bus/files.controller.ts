import { addUpload, getAttachment, getRawMail, type ParsedInputOf, removeUploads } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { Files } from '../application/files.ts';

/** Questions of the gateway about attachments, raw mails and uploads. */
@Controller()
export class FilesController {
  constructor(private readonly files: Files) {}

  @Answers(getAttachment)
  attachment({ actor }: RpcContext, input: ParsedInputOf<typeof getAttachment>) {
    return this.files.attachment(requireActor(actor), input);
  }

  @Answers(getRawMail)
  rawMail({ actor }: RpcContext, { articleId }: ParsedInputOf<typeof getRawMail>) {
    return this.files.rawMail(requireActor(actor), articleId);
  }

  @Answers(addUpload)
  add({ actor }: RpcContext, { formId, file }: ParsedInputOf<typeof addUpload>) {
    return this.files.addUpload(requireActor(actor), formId, file);
  }

  @Answers(removeUploads)
  remove({ actor }: RpcContext, { formId, id }: ParsedInputOf<typeof removeUploads>) {
    return this.files.removeUploads(requireActor(actor), formId, id);
  }
}
