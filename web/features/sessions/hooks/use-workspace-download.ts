import { canReadStopped, type ContainerResponse } from '@codex-webapp/contracts/containers';
import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import type { WorkspaceDownloadResponse } from '@codex-webapp/contracts/workspace';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { ApiError, describeError } from '../../../lib/api-error.ts';
import { sessionsApi } from '../api.ts';
import { untilRunning } from '../model/until-running.ts';
import type { SessionActions } from './use-session-actions.ts';

/** `starting`: the container has to run before its files can be read. */
export type DownloadPhase = 'idle' | 'starting' | WorkspaceDownloadResponse['state'];

export interface WorkspaceDownload {
  readonly phase: DownloadPhase;
  readonly isUnderWay: boolean;
  /** Sent so far. */
  readonly bytes: number;
  readonly fileName: string;
  /** Why it failed. */
  readonly reason: string | null;
  readonly start: () => void;
  /** Takes what it said off the page. */
  readonly dismiss: () => void;
}

interface Shown {
  readonly phase: DownloadPhase;
  /** Of the one under way; null while there is none. */
  readonly id: string | null;
  readonly bytes: number;
  readonly fileName: string;
  readonly reason: string | null;
}

const nothing: Shown = { phase: 'idle', id: null, bytes: 0, fileName: '', reason: null };
const lookEveryMs = 500;
/** For the browser to ask, and for a server that does not answer to come back. */
const patienceMs = 20_000;

/** The browser saves the file; how that goes is asked of the server, since a browser does not tell its page. */
export function useWorkspaceDownload(
  { id: sessionId, provider }: SessionResponse,
  container: ContainerResponse | null,
  actions: SessionActions,
): WorkspaceDownload {
  const [shown, setShown] = useState(nothing);
  const gone = useRef<AbortController | null>(null);
  const canRead = canReadStopped(provider) || container?.status === 'running';

  const fail = (reason: string) => setShown({ ...nothing, phase: 'failed', reason });
  const save = () => {
    const id = randomId();
    saveFrom(sessionsApi.archivePath(sessionId, id));
    setShown({ ...nothing, phase: 'preparing', id });
  };
  const start = async () => {
    if (canRead) return save();
    if (provider === 'manual')
      return fail('Run the container first: its files can be read only while it is connected.');
    setShown({ ...nothing, phase: 'starting' });
    const readStatus = async (signal: AbortSignal) => (await sessionsApi.container(sessionId, signal)).status;
    const signal = gone.current?.signal ?? AbortSignal.abort();
    const isRunning =
      (await actions.start()) !== null && (await untilRunning(readStatus, signal).catch(() => false));
    if (signal.aborted) return undefined;
    return isRunning ? save() : fail('The container did not start, so its files cannot be read.');
  };

  useEffect(() => {
    const controller = new AbortController();
    gone.current = controller;
    return () => controller.abort();
  }, []);

  const handleAnswer = useEffectEvent(({ state, bytes, fileName, reason }: WorkspaceDownloadResponse) => {
    const isOver = state === 'done' || state === 'failed';
    setShown({ phase: state, id: isOver ? null : shown.id, bytes, fileName, reason });
  });
  const handleSilence = useEffectEvent((reason: string) => fail(reason));
  const { id } = shown;
  useEffect(() => {
    if (id === null) return undefined;
    return follow(sessionId, id, { onAnswer: handleAnswer, onSilence: handleSilence });
  }, [sessionId, id]);

  const isUnderWay = shown.phase === 'starting' || id !== null;
  return { ...shown, isUnderWay, start: () => void start(), dismiss: () => setShown(nothing) };
}

interface Listeners {
  readonly onAnswer: (answer: WorkspaceDownloadResponse) => void;
  readonly onSilence: (reason: string) => void;
}

/** Asks again and again until it is over. Returns what ends that. */
function follow(sessionId: string, id: string, { onAnswer, onSilence }: Listeners): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let heardAt = Date.now();
  let timer: number | undefined;
  const look = async (): Promise<void> => {
    try {
      const answer = await sessionsApi.download(sessionId, id, signal);
      if (signal.aborted) return;
      heardAt = Date.now();
      onAnswer(answer);
      if (answer.state === 'done' || answer.state === 'failed') return;
    } catch (cause) {
      if (signal.aborted) return;
      const isUnknown = cause instanceof ApiError && cause.code === 'workspace.archive_unknown';
      const reason = isUnknown ? 'The browser did not begin to save the file.' : describeError(cause);
      if (Date.now() - heardAt > patienceMs) return onSilence(reason);
    }
    timer = window.setTimeout(() => void look(), lookEveryMs);
  };
  timer = window.setTimeout(() => void look(), lookEveryMs);
  return () => {
    controller.abort();
    window.clearTimeout(timer);
  };
}

/** As if the user had clicked a link to it: the browser streams it to the disk, however large it is. */
function saveFrom(path: string): void {
  const link = document.createElement('a');
  link.href = path;
  link.download = '';
  document.body.append(link);
  link.click();
  link.remove();
}

/** A UUID also where the page came over plain HTTP, which lacks `randomUUID`. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
