import { AppError } from '@helpmesh/kernel';

/** Most that are remembered: whoever reads on meets mostly those of the last tickets again. */
const MOST = 2_000;

/** Asks for each thing once; what is not there, not shown or not understood is null. */
export class OnceEach<K, V> {
  private readonly known = new Map<K, Promise<V | null>>();

  constructor(private readonly ask: (key: K) => Promise<V | null>) {}

  get(key: K): Promise<V | null> {
    const before = this.known.get(key);
    if (before) return before;
    if (this.known.size >= MOST) this.known.delete(this.known.keys().next().value as K);
    const asked = this.ask(key).catch((error: unknown) => {
      const { kind } = AppError.from(error);
      if (kind === 'not-found' || kind === 'forbidden') return null;
      this.known.delete(key);
      throw error;
    });
    this.known.set(key, asked);
    return asked;
  }
}
