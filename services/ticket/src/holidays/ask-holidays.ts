import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError } from '@helpmesh/kernel';
import type { HolidayAnswer, HolidayTask } from './holidays.worker.ts';
import type { NamedPlace, NationalDay, Place } from './national-days.ts';

const MOST_MS = 20_000;
const MOST_MB = 256;
const MOST_LANGUAGES = 20;

/** Asks the data of the world's holidays, in a thread that is there for the one question. */
export class AskHolidays {
  /** What was asked already, by language: a few kilobytes each. */
  private readonly known = new Map<string, NamedPlace[]>();
  /** One at a time: each thread reads all of the data. */
  private last: Promise<unknown> = Promise.resolve();

  /** @throws AppError unavailable */
  async places(language: string): Promise<NamedPlace[]> {
    const before = this.known.get(language);
    if (before) return before;
    const answer = await this.ask({ ask: 'places', language });
    const found = 'places' in answer ? answer.places : [];
    if (this.known.size >= MOST_LANGUAGES) this.known.clear();
    this.known.set(language, found);
    return found;
  }

  /** Undefined: there is no such place. @throws AppError unavailable */
  async days(place: Place, years: readonly number[], languages: readonly string[]): Promise<NationalDay[] | undefined> {
    const answer = await this.ask({ ask: 'days', place, years, languages });
    return 'days' in answer ? answer.days : undefined;
  }

  private ask(task: HolidayTask): Promise<HolidayAnswer> {
    const answer = this.last.then(
      () => answered(task),
      () => answered(task),
    );
    this.last = answer;
    return answer;
  }
}

async function answered(task: HolidayTask): Promise<HolidayAnswer> {
  // Sources are TypeScript in tests, JavaScript in dist; both stand beside this file.
  const file = new URL(`./holidays.worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
  // Without what this process was started with: the preload of telemetry takes longer than the answer.
  const options = { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: MOST_MB } };
  const worker = new Worker(file, { ...options, workerData: task });
  try {
    const [message] = await once(worker, 'message', { signal: AbortSignal.timeout(MOST_MS) });
    return message as HolidayAnswer;
  } catch (error) {
    const why = 'The holidays cannot be looked up now.';
    throw new AppError('unavailable', 'calendar.holidays-unavailable', why, undefined, { cause: error });
  } finally {
    await worker.terminate();
  }
}
