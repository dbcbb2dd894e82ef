import type { CDPSession } from 'playwright-core';
import type { Person } from './browser.ts';
import { seriousIn } from './serious.ts';

interface Window {
  name: string;
  width: number;
  height: number;
  scale: number;
}

const desk: Window = { name: 'on a desk', width: 1360, height: 850, scale: 1 };
/** WCAG 1.4.4: a window of 1280 by 850, and everything in it twice as large. */
const zoomed: Window = { name: 'at 200 %', width: 640, height: 425, scale: 2 };
/** WCAG 1.4.10: a small phone, or 400 %. */
const phone: Window = { name: 'at 320 px', width: 320, height: 850, scale: 1 };

type Scheme = 'light' | 'dark';

/**
 * Shows a screen to axe in every way that people see it: in light and dark, enlarged, and on a phone. What a way cannot
 * change is asked in one of them: the dark appearance changes colours and nothing else; an enlarged page has what a
 * phone has, in other places.
 */
export class Looks {
  /** What was wrong, a line each. */
  readonly found: string[] = [];
  /** Pages of the help have no script that could tell which appearance they are in. */
  isPlain = false;
  private session: CDPSession | undefined;
  private window: Window | undefined;
  private scheme: Scheme | undefined;

  constructor(private readonly person: Person) {}

  /** Leaves the page on a desk, in one appearance or the other: turning back takes as long as a look. */
  async at(place: string): Promise<void> {
    if (this.scheme === 'dark') await this.see(place, 'dark', desk, 'colours');
    const begins = this.scheme !== 'dark';
    await this.see(place, 'light', desk, 'all');
    await this.see(place, 'light', zoomed, 'places');
    await this.see(place, 'light', phone, 'all');
    if (begins) await this.see(place, 'dark', desk, 'colours');
    else await this.show('light', desk);
  }

  private async see(place: string, scheme: Scheme, window: Window, rules: 'all' | 'colours' | 'places') {
    await this.show(scheme, window);
    const shown = `${place}, ${scheme} ${window.name}`;
    this.found.push(...(await seriousIn(this.person, shown, rules)));
    if (rules === 'colours') return;
    this.found.push(...(await this.person.page.evaluate(cutOff)).map((what) => `${shown}: ${what}`));
  }

  private async show(scheme: Scheme, window: Window): Promise<void> {
    const { page, context } = this.person;
    if (scheme !== this.scheme) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      this.scheme = scheme;
    }
    if (window !== this.window) {
      this.session ??= await context.newCDPSession(page);
      const { width, height, scale: deviceScaleFactor } = window;
      const metrics = { width, height, deviceScaleFactor, mobile: false };
      await this.session.send('Emulation.setDeviceMetricsOverride', metrics);
      this.window = window;
    }
    const themed = `html[data-mantine-color-scheme=${scheme}]`;
    if (!this.isPlain) await page.locator(themed).waitFor({ state: 'attached' });
    await page.evaluate(async () => {
      // What listens to the width hears of it in the next frame, and draws after it.
      await new Promise<void>((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
      // Colours that fade into others are neither.
      await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
    });
  }
}

/** Runs in the page. What does not fit: a page wider than its window, and texts that an edge cuts through without a sign. */
function cutOff(): string[] {
  const wide = document.documentElement.scrollWidth;
  const found = new Set(wide > innerWidth ? [`${wide} px wide`] : []);
  const range = document.createRange();
  for (const element of document.body.querySelectorAll('*')) {
    const texts = [...element.childNodes].filter((node) => node instanceof Text && node.data.trim() !== '');
    if (texts.length === 0 || element instanceof HTMLTextAreaElement) continue;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const edges = texts.map((text) => {
      range.selectNodeContents(text);
      return range.getBoundingClientRect();
    });
    const left = Math.min(...edges.map((edge) => edge.left));
    const right = Math.max(...edges.map((edge) => edge.right));
    // Put out of everybody's sight: the field that only robots fill in.
    if (right <= 0) continue;
    /** The first that keeps a text from running out of it, the window at the latest; undefined: it can be brought to sight. */
    const holder = ((): { left: number; right: number } | undefined => {
      for (let around: Element | null = element; around; around = around.parentElement) {
        const { overflowX, textOverflow } = getComputedStyle(around);
        if (overflowX === 'visible') continue;
        const box = around.getBoundingClientRect();
        // What can be scrolled, what ends in dots, and what only screen readers are told.
        if (overflowX === 'auto' || overflowX === 'scroll' || textOverflow === 'ellipsis' || box.width <= 1) return;
        if (left < box.left - 1 || right > box.right + 1) return box;
      }
      return { left: 0, right: innerWidth };
    })();
    if (holder && (left < holder.left - 1 || right > holder.right + 1)) {
      found.add(`"${element.textContent.trim().slice(0, 40)}" (${element.tagName} ${element.className}) is cut off`);
    }
  }
  return [...found];
}
