/** How lists look, as this browser remembers it: what they ask for follows from it before the page's scripts are there. */
export interface ListLooks {
  /** How much room a line takes. */
  density: 'comfortable' | 'compact';
  /** Whether lines show how the last message begins, where they have room for it. */
  preview: boolean;
}

export const densityKey = 'helpmesh.density';
export const previewKey = 'helpmesh.preview';

/** @param stored  what is kept by a key */
export const keptLooks = (stored: (key: string) => string | null): ListLooks => ({
  density: stored(densityKey) === 'compact' ? 'compact' : 'comfortable',
  preview: stored(previewKey) !== 'off',
});

/** Whether the last message is asked for with the lines. */
export const asksPreview = ({ density, preview }: ListLooks): boolean => preview && density === 'comfortable';
