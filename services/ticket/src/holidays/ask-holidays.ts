import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError } from '@helpmesh/kernel';
import type { HolidayAnswer, HolidayTask } from './holidays.worker.ts';
import type { NamedPlace, NationalDay, Place } from './national-days.ts';

const MOST_MS = 20_000;
const MOST_MB = 256;

/** Asks the data of the world's holidays, in a thread that is there for the one question. */
export class AskHolidays {
  /** One at a time: each thread reads all of the data. */
  private last: Promise<unknown> = Promise.resolve();

  /** @throws AppError unavailable */
  async places(language: string): Promise<NamedPlace[]> {
    const answer = await this.ask({ ask: 'places', language });
    return 'places' in answer ? answer.places : [];
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
  const worker = new Worker(file, { workerData: task, resourceLimits: { maxOldGenerationSizeMb: MOST_MB } });
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
