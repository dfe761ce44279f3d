import type { DeviceLoginResponse } from '@codex-webapp/contracts';
import type { DeviceLogin } from './device-login.ts';

export function toDeviceLoginResponse(login: DeviceLogin): DeviceLoginResponse {
  const { state, message, link, code, screen, kind, test } = login.view;
  return {
    id: login.id,
    agent: login.agent,
    state,
    message,
    link,
    code,
    screen,
    takesInput: state === 'running' && login.how.takesInput,
    version: login.version,
    kind,
    test,
    startedAt: new Date(login.startedAt).toISOString(),
    endsAt: new Date(login.endsAt).toISOString(),
  };
}
