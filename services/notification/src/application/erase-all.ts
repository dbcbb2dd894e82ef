import type { ErasedPerson, Eraser, ErasureJob, ErasurePart } from '@helpmesh/service-kit';

/** Erases a person from everything that this service keeps, one kind after the other. */
export class EraseAll implements Eraser {
  constructor(private readonly parts: readonly Eraser[]) {}

  async erase(job: ErasureJob): Promise<ErasurePart> {
    const done: ErasurePart = { counts: {}, waiting: 0, kept: [] };
    for (const part of this.parts) {
      const { counts, waiting, kept } = await part.erase(job);
      Object.assign(done.counts, counts);
      done.waiting += waiting;
      done.kept.push(...kept);
    }
    return done;
  }

  async preview(person: ErasedPerson): Promise<Record<string, number>> {
    const found = [];
    for (const part of this.parts) found.push(await part.preview(person));
    return Object.assign({}, ...found) as Record<string, number>;
  }
}
