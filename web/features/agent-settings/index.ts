export { EnvironmentPage } from './components/environment-page.tsx';
export { SessionEnvironmentDialog } from './components/session-environment-dialog.tsx';
