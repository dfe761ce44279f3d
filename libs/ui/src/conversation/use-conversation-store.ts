'use client';

import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { createConversationActions, type ConversationActions } from './conversation-actions.ts';
import type { ConversationApi, OpenSource } from './conversation-api.ts';
import { ConversationStore, type ConversationSnapshot } from './conversation-store.ts';

type Options = {
  readonly api: ConversationApi;
  /** Called once per mount; keep it stable. */
  readonly openSource: OpenSource;
  readonly onProblem: (message: string) => void;
};

/** Opens the conversation while the component is mounted. */
export function useConversationStore(
  options: Options,
): ConversationSnapshot & { actions: ConversationActions } {
  const { api, openSource, onProblem } = options;
  const { store, source, actions } = useMemo(() => {
    const newStore = new ConversationStore();
    const newSource = openSource({
      cursor: () => newStore.current().cursor,
      onFrame: (frame) => {
        newStore.receive(frame);
        if (frame.type === 'error') onProblem(frame.error.message);
      },
      onState: (state) => newStore.setConnection(state),
    });
    const newActions = createConversationActions({ store: newStore, api, source: newSource, onProblem });
    return { store: newStore, source: newSource, actions: newActions };
  }, [api, openSource, onProblem]);

  useEffect(() => {
    source.start();
    return () => source.stop();
  }, [source]);

  const snapshot = useSyncExternalStore(store.subscribe, store.read, store.read);

  const { controlsRevision } = snapshot.conversation;
  useEffect(() => {
    if (controlsRevision === 0) return;
    let isCurrent = true;
    const load = async (): Promise<void> => {
      // Without them the agent works as it prefers; the next change asks again.
      const controls = (await api.listControls?.().catch(() => null)) ?? null;
      if (isCurrent && controls !== null) store.dispatch({ type: 'controls.loaded', controls });
    };
    void load();
    return () => {
      isCurrent = false;
    };
  }, [api, store, controlsRevision]);

  return { ...snapshot, actions };
}
