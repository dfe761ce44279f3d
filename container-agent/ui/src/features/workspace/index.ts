export { WorkspacePanel } from './workspace-panel.tsx';
