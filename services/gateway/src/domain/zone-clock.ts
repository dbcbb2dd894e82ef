/** Clocks of all zones are moved at a quarter of an hour of UTC, if they are. */
const QUARTER_MS = 900_000;
/** Quarters of which it is known: those of a few thousand days. */
const MOST_KNOWN = 100_000;

/** The clock of a time zone. */
export class ZoneClock {
  private readonly form: Intl.DateTimeFormat;
  private readonly known = new Map<number, number>();

  /** @throws RangeError for a zone that there is not */
  constructor(zone: string) {
    this.form = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  }

  /** How far it is ahead of UTC at an instant (epoch ms), ms; negative behind. */
  aheadAt(instant: number): number {
    const quarter = Math.floor(instant / QUARTER_MS);
    const known = this.known.get(quarter);
    if (known !== undefined) return known;
    const ahead = this.read(instant);
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    this.known.set(quarter, ahead);
    return ahead;
  }

  private read(instant: number): number {
    const said = this.form.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = 0, minutes = 0, seconds = 0] = /([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(said) ?? [];
    const ahead = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
    return sign === '-' ? -ahead : ahead;
  }
}
