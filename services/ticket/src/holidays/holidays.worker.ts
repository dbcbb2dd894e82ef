import { parentPort, workerData } from 'node:worker_threads';
import { type NamedPlace, type NationalDay, nationalDays, type Place, places } from './national-days.ts';

export type HolidayTask =
  | { ask: 'places'; language: string }
  | { ask: 'days'; place: Place; years: readonly number[]; languages: readonly string[] };
export type HolidayAnswer = { places: NamedPlace[] } | { days: NationalDay[] | undefined };

/** Runs in a thread that ends with its answer: the data of the whole world does not stay in memory. */
function answer(task: HolidayTask): HolidayAnswer {
  if (task.ask === 'places') return { places: places(task.language) };
  return { days: nationalDays(task.place, task.years, task.languages) };
}

parentPort?.postMessage(answer(workerData as HolidayTask));
