/** A vocabulary with the shape of language: few words are everywhere, most are rare (Zipf). */
export class Words {
  #seed: number;

  constructor(seed = 1) {
    this.#seed = seed;
  }

  /** The same sequence for the same seed: two runs load the same tickets. */
  random(): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#seed / 2 ** 32;
  }

  /** Rank 1 is the commonest word. */
  static word(rank: number): string {
    const syllables = ['ba', 'ce', 'di', 'fo', 'gu', 'ha', 'ke', 'li', 'mo', 'nu', 'pa', 're', 'si', 'to', 'vu', 'za'];
    let text = '';
    for (let left = rank + 15; left > 0; left = Math.floor(left / 16)) text += syllables[left % 16];
    return text;
  }

  word(): string {
    return Words.word(Math.floor(20_000 ** this.random()));
  }

  text(words: number): string {
    return Array.from({ length: words }, () => this.word()).join(' ');
  }
}
