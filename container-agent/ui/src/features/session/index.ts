export { SessionStart } from './session-start.tsx';
