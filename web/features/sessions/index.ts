export { NewSessionDialog } from './components/create/new-session-dialog.tsx';
export { SessionSidebar } from './components/list/session-sidebar.tsx';
export { SessionPage } from './components/page/session-page.tsx';
export { Welcome } from './components/welcome.tsx';
export { SessionPageTitle } from './components/session-page-title.tsx';
export { SessionsProvider, useSessions } from './sessions-context.tsx';
export { ShortcutsContext, useShortcuts } from './shortcuts-context.tsx';
