import { type PersonalDataPart, personalData } from '@helpmesh/contracts';
import { RpcClient } from '@helpmesh/messaging';
import { ActorSigner } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PersonalDataStore } from '../../persistence/personal-data.store.ts';
import { Attributes } from '../attributes/attributes.ts';

/** Of whom, and how much. */
export interface Wanted {
  userId: number;
  /** Lower case. */
  emails: string[];
  /** With what the desk keeps to itself. */
  internal: boolean;
}

const PAGE = 200;
const ASK_MS = 30_000;

/** Everything that the services keep of a person, one file of the archive at a time. */
@Injectable()
export class PersonalData {
  constructor(
    private readonly db: DataSource,
    private readonly store: PersonalDataStore,
    private readonly attributes: Attributes,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
  ) {}

  /** @throws AppError unavailable while a neighbour does not answer */
  async *of(wanted: Wanted): AsyncGenerator<PersonalDataPart> {
    const { userId, internal } = wanted;
    const attributes = await this.attributes.ofPerson(internal);
    yield { path: 'profile.json', data: await this.store.profile(this.db, userId, internal, attributes), files: [] };
    yield { path: 'access.json', data: await this.store.access(this.db, userId), files: [] };
    yield* this.lines(wanted, 'history');
    yield* this.lines(wanted, 'audit');
    for (const question of Object.values(personalData)) yield* this.asked(question, wanted);
  }

  private async *lines({ userId, internal }: Wanted, what: 'history' | 'audit'): AsyncGenerator<PersonalDataPart> {
    for (let [n, after] = [1, 0]; ; n++) {
      const page = await this.store[what](this.db, userId, internal, after, PAGE);
      const last = page.at(-1);
      if (last) yield { path: `${what}/${n}.json`, data: page.map(({ data }) => data), files: [] };
      if (!last || page.length < PAGE) return;
      after = last.id;
    }
  }

  private async *asked(
    question: (typeof personalData)[keyof typeof personalData],
    wanted: Wanted,
  ): AsyncGenerator<PersonalDataPart> {
    for (let after: string | undefined; ; ) {
      const asking = { actor: this.signer.service(), timeoutMs: ASK_MS };
      const { parts, next } = await this.rpc.call(question, { ...wanted, ...(after && { after }) }, asking);
      yield* parts;
      if (next === null) return;
      after = next;
    }
  }
}
