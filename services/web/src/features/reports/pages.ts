/** Of the administration, what is opened seldom, or by others than administrators: in a chunk of its own. */
export { NewReportProfilePage, ReportProfilePage, ReportProfilesPage } from './profile-pages.tsx';
export { NewPublicLinkPage, PublicLinkPage, PublicLinksPage } from './public-link-pages.tsx';
export { ReportsPage } from './report-page.tsx';
