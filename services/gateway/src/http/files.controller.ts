import type { BlobStore } from '@helpmesh/blob';
import {
  addHelpFile,
  addUpload,
  getAttachment,
  getAvatarImage,
  getDataExportFile,
  getHelpFile,
  getQuarantinedMail,
  getRawMail,
  removeUploads,
  type StoredFile,
} from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { RpcClient } from '@helpmesh/messaging';
import { CONFIG } from '@helpmesh/service-kit';
import { Controller, Delete, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayConfig } from '../config.ts';
import { cleanFileName, contentDisposition, mayShowInline, safeContentType } from '../domain/file-name.ts';
import { EdgeGuard } from './edge-guard.ts';
import { sendJson } from './send.ts';
import { sendFile } from './send-file.ts';
import { BLOBS } from './tokens.ts';

/** Files: bytes come from the store, the right to them from the service that knows of them. */
@Controller('api/v1')
export class FilesController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly guard: EdgeGuard,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  @Get('ticket_attachment/:ticket/:article/:id')
  async download(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() { ticket = '', article = '', id = '' }: Record<string, string>,
    @Query('view') view?: string,
  ): Promise<FastifyReply> {
    const actor = (await this.guard.admit(request, reply)).signed;
    const input = { ticketId: idOf(ticket), articleId: idOf(article), attachmentId: idOf(id) };
    const file = await this.rpc.call(getAttachment, input, { actor });
    const inline = (view === 'inline' || view === 'preview') && mayShowInline(file.contentType);
    return this.sendFile(request, reply, file.sha256, file.size, {
      type: safeContentType(file.contentType),
      disposition: contentDisposition(inline ? 'inline' : 'attachment', file.filename),
    });
  }

  /** The mail as it arrived, byte by byte. */
  @Get('ticket_article_plain/:id')
  async rawMail(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<FastifyReply> {
    const actor = (await this.guard.admit(request, reply)).signed;
    const articleId = idOf(id);
    const { sha256, size } = await this.rpc.call(getRawMail, { articleId }, { actor });
    if (!(await this.blobs.has(sha256))) {
      const detail = 'This mail is not kept any more as it came; what it said stands in the article.';
      throw new AppError('not-found', 'article.raw-mail-gone', detail);
    }
    return this.sendFile(request, reply, sha256, size, {
      type: 'message/rfc822',
      disposition: contentDisposition('attachment', `ticket-article-${articleId}.eml`),
    });
  }

  /** A mail that was set aside, as it arrived. It stays in no cache: who may see it today may not tomorrow. */
  @Get('mail/quarantine/:id/raw')
  async quarantinedMail(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<FastifyReply> {
    const { signed: actor } = await this.guard.admit(request, reply);
    const from = { actor, requestId: request.id, address: request.ip };
    const { sha256, size } = await this.rpc.call(getQuarantinedMail, { id: idOf(id) }, from);
    return this.sendFile(request, reply, sha256, size, {
      type: 'message/rfc822',
      disposition: contentDisposition('attachment', `mail-${idOf(id)}.eml`),
      cache: 'no-store',
    });
  }

  /** The picture of somebody. Its name is made anew with each picture, so what a browser keeps is never another one. */
  @Get('users/image/:hash')
  async picture(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('hash') hash: string,
  ): Promise<FastifyReply> {
    const { signed: actor } = await this.guard.admit(request, reply);
    const { contentType, base64 } = await this.rpc.call(getAvatarImage, { hash: hash.slice(0, 100) }, { actor });
    const type = mayShowInline(contentType) ? contentType : 'application/octet-stream';
    return sent(reply, type, 'inline; filename="picture"', 'private, max-age=3600').send(Buffer.from(base64, 'base64'));
  }

  /** The archive of a person's data. It stays in no cache: a copy would outlive the archive. */
  @Get('data_exports/:id/download')
  async dataExport(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<FastifyReply> {
    const { signed: actor } = await this.guard.admit(request, reply);
    const from = { actor, requestId: request.id, address: request.ip };
    const { sha256, size, filename } = await this.rpc.call(getDataExportFile, { id: idOf(id) }, from);
    return this.sendFile(request, reply, sha256, size, {
      type: 'application/zip',
      disposition: contentDisposition('attachment', filename),
      cache: 'no-store',
    });
  }

  /** A file of an answer, published or not. */
  @Get('knowledge_bases/:knowledge_base_id/answers/:id/attachments/:attachment_id')
  async helpFile(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() { id = '', attachment_id: file = '' }: Record<string, string>,
  ): Promise<FastifyReply> {
    const actor = (await this.guard.admit(request, reply)).signed;
    const found = await this.rpc.call(getHelpFile, { answerId: idOf(id), id: idOf(file) }, { actor });
    return this.sendFile(request, reply, found.sha256, found.size, {
      type: safeContentType(found.contentType),
      disposition: contentDisposition('attachment', found.filename),
    });
  }

  /** Takes the file `file` of a form for an answer. */
  @Post('knowledge_bases/:knowledge_base_id/answers/:id/attachments')
  async addHelpFile(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('id') answer: string,
  ): Promise<FastifyReply> {
    const actor = (await this.guard.admit(request, reply)).signed;
    const answerId = idOf(answer);
    const file = await this.received(request);
    const from = { actor, requestId: request.id, address: request.ip };
    const { id } = await this.rpc.call(addHelpFile, { answerId, file }, from);
    const { filename, size, contentType: content_type } = file;
    return sendJson(reply, 200, { id, filename, size, content_type });
  }

  /** Takes the file `File` of a form, for an article that is still being written. */
  @Post('upload_caches/:form')
  async upload(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('form') formId: string,
  ): Promise<FastifyReply> {
    const actor = (await this.guard.admit(request, reply)).signed;
    const file = await this.received(request);
    const { id } = await this.rpc.call(addUpload, { formId, file }, { actor });
    const { filename, size, contentType } = file;
    return sendJson(reply, 200, { success: true, data: { id, filename, size, contentType } });
  }

  /** The one file of a form, stored. @throws AppError invalid */
  private async received(request: FastifyRequest): Promise<StoredFile> {
    const part = await request.file({ limits: { files: 1, fileSize: this.config.HELPMESH_BODY_LIMIT_BYTES } });
    if (!part) throw new AppError('invalid', 'upload.no-file', 'The form holds no file.');
    const { sha256, size } = await this.blobs.put(part.file);
    // The parser ends a file at the limit without an error; what is stored then is only its beginning.
    if (part.file.truncated) throw new AppError('invalid', 'http.body-too-large', 'The file is larger than allowed.');
    return { sha256, size, filename: cleanFileName(part.filename ?? ''), contentType: safeContentType(part.mimetype) };
  }

  @Delete(['upload_caches/:form', 'upload_caches/:form/items/:id'])
  async removeUpload(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() { form = '', id }: Record<string, string | undefined>,
  ): Promise<FastifyReply> {
    const actor = (await this.guard.admit(request, reply)).signed;
    await this.rpc.call(removeUploads, { formId: form, ...(id !== undefined && { id: idOf(id) }) }, { actor });
    return sendJson(reply, 200, { success: true });
  }

  private async sendFile(
    request: FastifyRequest,
    reply: FastifyReply,
    sha256: string,
    size: number,
    { type, disposition, cache = 'private, max-age=300' }: { type: string; disposition: string; cache?: string },
  ): Promise<FastifyReply> {
    return sendFile(request, sent(reply, type, disposition, cache), this.blobs, { sha256, size });
  }
}

/** A download from our own address: it must not run, frame or load anything, whatever it claims to be. */
function sent(reply: FastifyReply, type: string, disposition: string, cache: string): FastifyReply {
  return reply
    .header('content-type', type)
    .header('content-disposition', disposition)
    .header('content-security-policy', "sandbox; default-src 'none'")
    .header('cross-origin-resource-policy', 'same-origin')
    .header('cache-control', cache);
}

/** Path parameters that are no ids name nothing. @throws AppError not-found `http.no-such-file` */
function idOf(text: string): number {
  const id = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(id)) return id;
  throw new AppError('not-found', 'http.no-such-file', `Couldn't find Store with 'id'=${text.slice(0, 40)}`);
}
