import { isDeepStrictEqual } from 'node:util';
import type { AttributeObject } from '@helpmesh/contracts';
import type { Attribute, Present, Value, Values } from './attribute.ts';
import { createScreen, type Permitted, type Screen } from './screens.ts';

/** Who writes: people with their permissions, or a rule or service that is bound to no screen. */
export interface Writer extends Present {
  /** Writes whatever there is; the screens only say what must not stay empty. */
  everything: boolean;
  permitted: Permitted;
}

/** Kept by its revision: whoever holds the same set need not look again. */
export class AttributeSet {
  /** In the order in which people see them. */
  readonly all: readonly Attribute[];
  private readonly named: ReadonlyMap<string, Attribute>;

  constructor(
    readonly object: AttributeObject,
    readonly revision: number,
    /** Also those that are switched off, in no order. */
    readonly known: readonly Attribute[],
  ) {
    const active = known.filter(({ definition }) => definition.active);
    this.all = active.sort(
      (a, b) => a.definition.position - b.definition.position || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
    );
    this.named = new Map(active.map((attribute) => [attribute.name, attribute]));
  }

  get isEmpty(): boolean {
    return this.all.length === 0;
  }

  get(name: string): Attribute | undefined {
    return this.named.get(name);
  }

  /** Those that somebody sees. @param everything  agents and administrators see all of them */
  seenBy({ everything, permitted }: Omit<Writer, 'now'>): readonly Attribute[] {
    return everything ? this.all : this.all.filter((attribute) => attribute.isFor(permitted));
  }

  /** What an answer shows: every attribute with its value, its default, or null. */
  shown(values: Values, seen: readonly Attribute[] = this.all): Record<string, Value> {
    return Object.fromEntries(seen.map((attribute) => [attribute.name, currentValue(values, attribute)]));
  }

  /**
   * The values of an object that is made. Defaults are not among them: they show as long as nobody sets anything.
   * @throws AppError invalid `attribute.value-invalid`, `attribute.required`
   */
  made(given: Readonly<Record<string, unknown>> | undefined, writer: Writer): Values {
    if (this.isEmpty) return null;
    const screen = createScreen(this.object);
    const values = this.written(null, given, writer, screen);
    for (const attribute of this.all) {
      if (attribute.on(screen, writer.permitted).required && currentValue(values, attribute) === null) {
        attribute.refuseMissing();
      }
    }
    return values;
  }

  /**
   * The values after a change; the very object that came in when nothing changes. What is required may not be
   * emptied, but whoever changes something else is not made to fill in what was empty before.
   * @throws AppError invalid `attribute.value-invalid`, `attribute.required`
   */
  changed(before: Values, given: Readonly<Record<string, unknown>> | undefined, writer: Writer): Values {
    return this.written(before, given, writer, 'edit');
  }

  private written(
    before: Values,
    given: Readonly<Record<string, unknown>> | undefined,
    { everything, permitted, now, today }: Writer,
    screen: Screen,
  ): Values {
    if (this.isEmpty || !given) return before;
    const next: Record<string, Value> = { ...before };
    for (const attribute of this.all) {
      const { name } = attribute;
      if (!Object.hasOwn(given, name)) continue;
      const { shown, required } = attribute.on(screen, permitted);
      if (!everything && !shown) continue;
      const value = attribute.read(given[name], currentValue(before, attribute), { now, today });
      if (value === null && required && currentValue(before, attribute) !== null) attribute.refuseMissing();
      // Nothing is stored for nothing, unless a default would show in its place.
      if (value === null && attribute.fallback === null) delete next[name];
      else next[name] = value;
    }
    if (isDeepStrictEqual(next, { ...before })) return before;
    return Object.keys(next).length === 0 ? null : next;
  }
}

/** What counts as the value: what was stored or, when nothing ever was, the default. */
export function currentValue(values: Values, { name, fallback }: Attribute): Value {
  return values && Object.hasOwn(values, name) ? (values[name] as Value) : fallback;
}
