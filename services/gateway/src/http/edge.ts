import multipart from '@fastify/multipart';
import type { BlobStore } from '@helpmesh/blob';
import { RpcClient } from '@helpmesh/messaging';
import { CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { GatewayConfig } from '../config.ts';
import { mountDocs } from './docs.routes.ts';
import { EdgeGuard } from './edge-guard.ts';
import { mountEndpoints } from './endpoint.routes.ts';
import { BLOBS } from './tokens.ts';
import { mountWeb } from './web.routes.ts';
import { WebFiles } from './web-files.ts';

/** Puts the routes that are no controllers onto the server: the table of endpoints, the pages, the web client. */
@Injectable()
export class Edge implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly rpc: RpcClient,
    private readonly guard: EdgeGuard,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(CONFIG) private readonly config: GatewayConfig,
    private readonly web: WebFiles,
  ) {}

  async onModuleInit(): Promise<void> {
    const server = this.host.httpAdapter.getInstance<FastifyInstance>();
    const { config, guard, rpc, blobs } = this;
    await server.register(multipart, { limits: { files: 1, fields: 20, fileSize: config.HELPMESH_BODY_LIMIT_BYTES } });
    mountEndpoints(server, { guard, rpc, blobs, timeoutMs: config.HELPMESH_REQUEST_TIMEOUT_MS });
    mountDocs(server);
    mountWeb(server, this.web, { https: config.HELPMESH_PUBLIC_URL.startsWith('https:') });
  }
}
