import { workerData } from 'node:worker_threads';
import type { Delivered, Findings } from '../../domain/proof/proof.ts';
import { look } from './look.ts';
import { askServers, NameServers } from './name-servers.ts';

export interface ProofTask {
  raw: Uint8Array<ArrayBuffer>;
  delivered: Delivered;
}

const servers = new NameServers(askServers(workerData as string[]));

// biome-ignore lint/style/noDefaultExport: the name under which the thread pool calls it
export default function prove({ raw, delivered }: ProofTask): Promise<Findings> {
  return look(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength), delivered, servers.resolve);
}
