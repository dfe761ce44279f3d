export { NewSessionDialog } from './components/create/new-session-dialog.tsx';
export { SessionSidebar } from './components/list/session-sidebar.tsx';
export { SessionPage } from './components/page/session-page.tsx';
export { Welcome } from './components/welcome.tsx';
export { useSessionPageTitle } from './hooks/use-session-page-title.ts';
export { SessionsProvider, useSessions } from './sessions-context.tsx';
export { ShortcutsContext, useShortcuts } from './shortcuts-context.tsx';
