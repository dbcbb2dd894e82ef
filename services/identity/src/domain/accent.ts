import type { AccentColours } from '@helpmesh/contracts';

/** WCAG 2.2, 1.4.3: text against its ground. */
const LEAST_CONTRAST = 4.5;
/** The darkest of the light grounds and the lightest of the dark ones that an accent stands on as text. */
const LIGHT_GROUND = '#e9eef1';
const DARK_GROUND = '#2a343b';

export interface CheckedAccent extends AccentColours {
  /** Of text in it, to 1. */
  lightContrast: number;
  darkContrast: number;
}

/**
 * The colours that stand in for an accent: as it is where it can be read, else as little darker (on light grounds) or
 * lighter (on dark ones) as makes it readable. White text on the light one can be read as well.
 * @param accent  `#rrggbb`
 */
export function checkedAccent(accent: string): CheckedAccent {
  const light = readable(accent, LIGHT_GROUND, '#000000');
  const dark = readable(accent, DARK_GROUND, '#ffffff');
  return { light, dark, lightContrast: rounded(light, LIGHT_GROUND), darkContrast: rounded(dark, DARK_GROUND) };
}

/** Between 1 and 21, by the relative luminance of both (WCAG 2.2, contrast ratio). */
export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function readable(accent: string, ground: string, towards: string): string {
  for (let step = 0; step < 50; step += 1) {
    const colour = mixed(accent, towards, step / 50);
    if (contrast(colour, ground) >= LEAST_CONTRAST) return colour;
  }
  return towards;
}

function rounded(colour: string, ground: string): number {
  return Math.floor(contrast(colour, ground) * 10) / 10;
}

function mixed(from: string, to: string, share: number): string {
  const target = channels(to);
  const parts = channels(from).map((value, i) => Math.round(value + ((target[i] as number) - value) * share));
  return `#${parts.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}
