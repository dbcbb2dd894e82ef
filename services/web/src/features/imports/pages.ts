export { ImportPage } from './import-page.tsx';
export { NewImportPage } from './import-settings.tsx';
export { ImportsPage } from './imports-page.tsx';
