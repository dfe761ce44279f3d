export { findStart } from './find-start.ts';
export { SessionStart } from './session-start.tsx';
