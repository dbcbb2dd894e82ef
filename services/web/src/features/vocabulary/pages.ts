/** The words of tickets, which administrators choose: seldom opened, and a chunk of its own. */
export { NewPriorityPage, PrioritiesPage, PriorityPage } from './priority-pages.tsx';
export { NewStatePage, StatePage, StatesPage } from './state-pages.tsx';
export { TagsPage } from './tags-page.tsx';
