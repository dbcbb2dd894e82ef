import { waitFor } from '@helpmesh/testing';
import { expect } from 'vitest';
import type { Person } from './browser.ts';

/** More presses than any way to a place on a page takes. */
const MOST_PRESSES = 120;

/**
 * Somebody who has no mouse. Pointer events are a problem of the page from then on, and each stop of the keyboard must be
 * seen. Nothing is focused by the test: what Tab does not reach cannot be used.
 */
export class Keys {
  private constructor(readonly person: Person) {}

  static async of(person: Person): Promise<Keys> {
    const refuse = () => {
      for (const type of ['pointerdown', 'mousedown', 'touchstart']) {
        window.addEventListener(type, (event) => event.isTrusted && console.error(`somebody used a ${type}`), true);
      }
    };
    await person.page.addInitScript(refuse);
    await person.page.evaluate(refuse);
    return new Keys(person);
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.person.page.keyboard.press(key);
  }

  type(text: string): Promise<void> {
    return this.person.page.keyboard.type(text);
  }

  /** Until the keyboard is at what is called so. */
  async at(name: RegExp): Promise<void> {
    await waitFor(async () => name.test(await this.person.focused()), { what: `the keyboard at ${name}` });
    await this.seen();
  }

  /** Tab after Tab, or another key, until the keyboard is there; each stop on the way must be seen. */
  async to(name: RegExp, key = 'Tab'): Promise<void> {
    const passed: string[] = [];
    while (!name.test(await this.person.focused())) {
      expect(passed.length, `${key} leads past ${passed.join(' | ')} and not to ${name}`).toBeLessThan(MOST_PRESSES);
      await this.press(key);
      await this.seen();
      passed.push((await this.person.focused()).trim().slice(0, 30));
    }
  }

  /** Down the menu or the list of choices that is open, and takes what is called so. */
  async choose(name: RegExp): Promise<void> {
    const { page } = this.person;
    await page.getByRole('option', { name }).or(page.getByRole('menuitem', { name })).first().waitFor();
    const marked = () =>
      page.evaluate(() => {
        const option = document.querySelector('[data-combobox-selected], [role=option][aria-selected=true]');
        const item = document.activeElement?.closest('[role=menuitem]');
        return (item ?? option)?.textContent ?? '';
      });
    for (let presses = 0; !name.test(await marked()); presses++) {
      expect(presses, `presses of the arrow on the way to ${name}`).toBeLessThan(MOST_PRESSES);
      await this.press('ArrowDown');
    }
    await this.press('Enter');
  }

  /** Whoever looks at the page sees where the keyboard is (WCAG 2.4.7), and nothing lies above it (2.4.11). */
  async seen(): Promise<void> {
    let wrong: string | null = null;
    // Colours fade into others.
    const look = async () => {
      wrong = await this.hidden();
      return wrong === null;
    };
    await waitFor(look, { what: 'the keyboard to be seen', timeoutMs: 3_000 }).catch(() => undefined);
    expect(wrong, 'the keyboard is seen').toBeNull();
  }

  /** @returns what is wrong with how the place of the keyboard shows; null when nothing is */
  private hidden(): Promise<string | null> {
    return this.person.page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement)) return null;
      if (element === document.body) return 'nothing has the keyboard';
      const describe = `${element.tagName} "${element.getAttribute('aria-label') ?? element.outerHTML.slice(0, 120)}"`;
      // A mail in its frame: the page in it has the keyboard.
      if (element instanceof HTMLIFrameElement) return null;
      const box = element.getBoundingClientRect();
      if (box.width === 0 || box.bottom <= 0 || box.top >= innerHeight) return `${describe} is out of sight`;
      // What one writes in has a caret.
      if (
        element.isContentEditable ||
        element.matches('input:not([readonly], [type=checkbox], [type=radio]), textarea')
      ) {
        return null;
      }
      // A row, a box that is drawn by its neighbour, a frame around a field: the mark may stand around it.
      for (let around: HTMLElement | null = element, up = 0; around && up < 4; around = around.parentElement, up++) {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(around);
        if ((outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1) || (up < 2 && boxShadow !== 'none')) {
          return null;
        }
      }
      const { borderTopColor, backgroundColor } = getComputedStyle(element);
      // A field that only opens a list has another border than those like it.
      const others = [...document.querySelectorAll('input')].filter(
        (other) => other !== element && other.className === element.className,
      );
      const differs = (other: Element) => getComputedStyle(other).borderTopColor !== borderTopColor;
      if (element.matches('input') && others.some(differs)) return null;
      if (element.matches('[role=menuitem], [role=option]') && !/, 0\)$/.test(backgroundColor)) return null;
      return `${describe} does not show that it has the keyboard`;
    });
  }
}
