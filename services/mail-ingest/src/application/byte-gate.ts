/** Lets in as much as fits at once, in order. What is larger than everything is let in alone. */
export class ByteGate {
  private readonly waiting: { bytes: number; enter: () => void }[] = [];
  private inside = 0;

  constructor(private readonly capacity: number) {}

  async run<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (this.waiting.length > 0 || !this.fits(bytes))
      await new Promise<void>((enter) => this.waiting.push({ bytes, enter }));
    else this.inside += bytes;
    try {
      return await work();
    } finally {
      this.inside -= bytes;
      for (let next = this.waiting[0]; next && this.fits(next.bytes); next = this.waiting[0]) {
        this.waiting.shift();
        this.inside += next.bytes;
        next.enter();
      }
    }
  }

  private fits(bytes: number): boolean {
    return this.inside === 0 || this.inside + bytes <= this.capacity;
  }
}
