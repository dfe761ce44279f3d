import { addressStates } from './address-states.ts';
import { composerStates } from './composer-states.ts';
import { containerStates } from './container-states.ts';
import { conversationStates } from './conversation-states.ts';
import { deviceLoginStates } from './device-login-states.ts';
import { dokployStates } from './dokploy-states.ts';
import { environmentStates } from './environment-states.ts';
import { entryStates } from './entry-states.ts';
import { listStates } from './list-states.ts';
import { preparationStates } from './preparation-states.ts';
import { sessionStates } from './session-states.ts';
import { settingsStates } from './settings-states.ts';
import { workspaceStates } from './workspace-states.ts';
import type { State } from './state.ts';

/** Every page and state, in the order in which they are shown. */
export const states: readonly State[] = [
  ...entryStates,
  ...listStates,
  ...containerStates,
  ...preparationStates,
  ...conversationStates,
  ...workspaceStates,
  ...sessionStates,
  ...settingsStates,
  ...environmentStates,
  ...deviceLoginStates,
  ...composerStates,
  ...addressStates,
  ...dokployStates,
];
