import {
  deviceLoginLimits,
  hasDeviceLoginEnded,
  type DeviceLoginResponse,
} from '@codex-webapp/contracts/credentials';
import { useCallback, useEffect, useRef, useState } from 'react';
import { describeError } from '../../../lib/api-error.ts';
import { credentialsApi } from '../api.ts';

interface FollowedLogin {
  /** Null until the server has answered. */
  readonly login: DeviceLoginResponse | null;
  /** Why it could not be started or is not followed any more. */
  readonly error: string | null;
  readonly start: () => void;
  readonly type: (text: string) => Promise<void>;
  readonly cancel: () => Promise<void>;
}

/** A terminal that moves all the time is drawn no oftener. */
const drawEveryMs = 400;

/** Starts a login of the agent, or joins the one under way, and follows it until it is over. */
export function useDeviceLogin(agent: string, onStored: () => void): FollowedLogin {
  const [login, setLogin] = useState<DeviceLoginResponse | null>(null);
  const [error, setError] = useState<string | null>(null);
  const running = useRef<AbortController | null>(null);
  const stored = useRef(onStored);

  useEffect(() => {
    stored.current = onStored;
  }, [onStored]);

  const begin = useCallback(() => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    void followShowing(agent, controller.signal, { setLogin, setError, onStored: () => stored.current() });
  }, [agent]);

  useEffect(() => {
    begin();
    return () => running.current?.abort();
  }, [begin]);

  const start = () => {
    setLogin(null);
    setError(null);
    begin();
  };

  return {
    login,
    error,
    start,
    type: async (text) => setLogin(await credentialsApi.typeIntoLogin(agent, text)),
    cancel: async () => setLogin(await credentialsApi.cancelLogin(agent)),
  };
}

interface Shown {
  readonly setLogin: (login: DeviceLoginResponse) => void;
  readonly setError: (error: string) => void;
  readonly onStored: () => void;
}

/** Says nothing any more once `signal` is aborted. */
async function followShowing(agent: string, signal: AbortSignal, shown: Shown): Promise<void> {
  try {
    const { state } = await follow(agent, signal, (login) => {
      if (!signal.aborted) shown.setLogin(login);
    });
    if (!signal.aborted && state === 'succeeded') shown.onStored();
  } catch (cause) {
    if (!signal.aborted) shown.setError(describeError(cause));
  }
}

async function follow(
  agent: string,
  signal: AbortSignal,
  show: (login: DeviceLoginResponse) => void,
): Promise<DeviceLoginResponse> {
  let login = await credentialsApi.startLogin(agent, signal);
  show(login);
  while (!hasDeviceLoginEnded(login.state)) {
    await pause(drawEveryMs);
    const query = { after: login.version, wait: deviceLoginLimits.waitMaxSeconds };
    login = await credentialsApi.readLogin(agent, query, signal);
    show(login);
  }
  return login;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
