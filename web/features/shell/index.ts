export { AppShell } from './components/app-shell.tsx';
export { PlainPage } from './components/plain-page.tsx';
