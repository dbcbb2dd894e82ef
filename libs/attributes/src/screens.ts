import type { AttributeObject, AttributeScreens } from '@helpmesh/contracts';

/** Whether somebody holds a permission, by the name that screens are keyed with. */
export type Permitted = (permission: string) => boolean;

export type Screen = 'create_middle' | 'create' | 'edit' | 'view';

export interface OnScreen {
  shown: boolean;
  required: boolean;
}

/** Stands for everybody in a screen. */
const ALL = '-all-';

/** The screen on which an object is made. */
export const createScreen = (object: AttributeObject): Screen => (object === 'Ticket' ? 'create_middle' : 'create');

/** Of several permissions that somebody has, what any of them says holds. */
export function onScreen(screens: AttributeScreens, screen: string, permitted: Permitted): OnScreen {
  const found: OnScreen = { shown: false, required: false };
  const rules = Object.hasOwn(screens, screen) ? screens[screen] : undefined;
  for (const [permission, rule] of Object.entries(rules ?? {})) {
    if (permission !== ALL && !permitted(permission)) continue;
    if (rule.shown === true || (rule.shown === undefined && rule.required === true)) found.shown = true;
    if (rule.required === true) found.required = true;
  }
  // Nobody can fill in what they do not see.
  return { ...found, required: found.required && found.shown };
}

export function shownAnywhere(screens: AttributeScreens, permitted: Permitted): boolean {
  return Object.keys(screens).some((screen) => onScreen(screens, screen, permitted).shown);
}
