/** Tells a person what the launcher is doing. */
export interface Progress {
  /** Runs one step; `note` replaces the words shown for it. */
  step<T>(title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>;
  /** A line by itself. */
  line(text: string): void;
}

export const silent: Progress = {
  step: (_title, work) => work(() => undefined),
  line: () => undefined,
};

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** A spinner on a terminal, a line at the end of each step elsewhere. */
export function terminalProgress(out: NodeJS.WriteStream): Progress {
  const clear = out.isTTY ? '\r\u001b[K' : '';
  let spinning: string | undefined;

  return {
    async step(title, work) {
      const started = performance.now();
      let words = title;
      const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`.padStart(7);
      const timer = out.isTTY ? setInterval(draw, 100) : undefined;
      let frame = 0;
      function draw(): void {
        frame = (frame + 1) % FRAMES.length;
        spinning = `${clear}  ${FRAMES[frame]} ${words}`;
        out.write(spinning);
      }
      try {
        const result = await work((text) => {
          words = text;
        });
        out.write(`${clear}  ✓${seconds()}  ${words}\n`);
        return result;
      } catch (error) {
        out.write(`${clear}  ✗${seconds()}  ${words}\n`);
        throw error;
      } finally {
        clearInterval(timer);
        spinning = undefined;
      }
    },
    line(text) {
      out.write(`${clear}${text}\n${spinning ?? ''}`);
    },
  };
}
