import type {
  AgentRequestAnswer,
  ClientFrame,
  PreparationLogResponse,
  PreparationResponse,
  UpdateSessionRequest,
} from '@codex-webapp/contracts';
import {
  UnavailableError,
  type ConversationApi,
  type ConversationSource,
  type PreparationApi,
} from './conversation-api.ts';
import type { ConversationStore } from './conversation-store.ts';

export interface ConversationActions {
  /** Shows the prompt at once and queues it; a failure is shown on the prompt itself. */
  readonly sendPrompt: (text: string, images: readonly string[]) => void;
  readonly retryPrompt: (clientRequestId: string, text: string, images: readonly string[]) => void;
  readonly discardPrompt: (clientRequestId: string) => void;
  readonly removePrompt: (promptId: string) => void;
  /**
   * Another text for a prompt that waits. `before` is the text as it was shown, so that nobody is overwritten unseen.
   * Rejects with words for people.
   */
  readonly editPrompt: (promptId: string, before: string, text: string) => Promise<void>;
  /** Null for the end of the queue. */
  readonly movePrompt: (promptId: string, beforePromptId: string | null) => void;
  readonly sendPromptNow: (promptId: string) => void;
  readonly resumeQueue: () => void;
  readonly interrupt: (turnId: string) => Promise<void>;
  readonly answer: (requestId: string, answer: AgentRequestAnswer) => Promise<void>;
  /** Sends an answer as a prompt that its agent never got. Rejects with words for people. */
  readonly sendKeptAnswer: (requestId: string) => Promise<void>;
  readonly updateSession: (request: UpdateSessionRequest) => Promise<void>;
  /** Null where the page cannot start containers. */
  readonly startContainer: (() => void) | null;
  /** Null where the page cannot. */
  readonly preparation: {
    readonly retry: () => Promise<void>;
    readonly skip: () => Promise<void>;
    /** Null when it could not be read, which was said. */
    readonly readLog: () => Promise<PreparationLogResponse | null>;
  } | null;
  readonly loadOlder: () => void;
  /** Says something of what a component had under way that is not shown any more. */
  readonly reportProblem: (message: string) => void;
  readonly retryConnection: () => void;
}

type Options = {
  readonly store: ConversationStore;
  readonly api: ConversationApi;
  readonly source: ConversationSource;
  /** Says what went wrong with something that has no place of its own on the page. */
  readonly onProblem: (message: string) => void;
};

/** Waits between the tries of a prompt that did not reach the server. */
const retryDelaysMs = [800, 2_000, 4_000];

export function createConversationActions({ store, api, source, onProblem }: Options): ConversationActions {
  const queuePrompt = async (
    clientRequestId: string,
    text: string,
    images: readonly string[],
  ): Promise<void> => {
    store.dispatch({ type: 'prompt.sending', clientRequestId, text, images });
    const request = { text, clientRequestId, ...(images.length === 0 ? {} : { images }) };
    try {
      const prompt = await withRetries(() => api.queuePrompt(request));
      store.dispatch({ type: 'prompt.accepted', clientRequestId, prompt });
    } catch (error) {
      store.dispatch({ type: 'prompt.failed', clientRequestId, error: wordsOf(error) });
    }
  };

  const sendFrame = (frame: ClientFrame): void => {
    if (!source.send(frame)) onProblem('Not connected right now. Try again in a moment.');
  };

  const loadOlder = async (): Promise<void> => {
    const { nextBefore, older } = store.current();
    if (nextBefore === null || older === 'loading') return;
    store.dispatch({ type: 'older.requested' });
    try {
      const page = await api.listMessages(nextBefore);
      store.dispatch({ type: 'older.loaded', before: nextBefore, page });
    } catch {
      store.dispatch({ type: 'older.failed', before: nextBefore });
    }
  };

  const startContainer = async (): Promise<void> => {
    try {
      await api.startContainer?.();
    } catch (error) {
      onProblem(wordsOf(error));
    }
  };

  const decide = (call: () => Promise<PreparationResponse>) => async (): Promise<void> => {
    try {
      store.dispatch({ type: 'preparation.decided', preparation: await call() });
    } catch (error) {
      onProblem(wordsOf(error));
    }
  };
  const toPreparationActions = (preparation: PreparationApi) => ({
    retry: decide(() => preparation.retry()),
    skip: decide(() => preparation.skip()),
    readLog: async (): Promise<PreparationLogResponse | null> => {
      try {
        return await preparation.readLog();
      } catch (error) {
        onProblem(wordsOf(error));
        return null;
      }
    },
  });

  return {
    sendPrompt: (text, images) => void queuePrompt(crypto.randomUUID(), text, images),
    retryPrompt: (clientRequestId, text, images) => void queuePrompt(clientRequestId, text, images),
    discardPrompt: (clientRequestId) => store.dispatch({ type: 'prompt.discarded', clientRequestId }),
    removePrompt: (promptId) => sendFrame({ type: 'prompt.remove', frameId: crypto.randomUUID(), promptId }),
    // By REST, as it was sent: a frame does not hold as long a text.
    editPrompt: async (promptId, ifText, text) => {
      await withRetries(() => api.updatePrompt(promptId, { text, ifText }));
    },
    movePrompt: (promptId, beforePromptId) =>
      sendFrame({ type: 'prompt.move', frameId: crypto.randomUUID(), promptId, beforePromptId }),
    sendPromptNow: (promptId) =>
      sendFrame({ type: 'prompt.send_now', frameId: crypto.randomUUID(), promptId }),
    reportProblem: onProblem,
    resumeQueue: () => sendFrame({ type: 'queue.resume', frameId: crypto.randomUUID() }),
    interrupt: async (turnId) => {
      try {
        await api.interrupt(turnId);
      } catch (error) {
        onProblem(wordsOf(error));
      }
    },
    answer: async (requestId, answer) => {
      const request = await api.answer(requestId, answer);
      if (request !== null) store.dispatch({ type: 'request.answered', request });
    },
    sendKeptAnswer: async (requestId) => {
      const request = await withRetries(() => api.sendKeptAnswer(requestId));
      store.dispatch({ type: 'request.answered', request });
    },
    updateSession: async (request) => {
      try {
        store.dispatch({ type: 'session.updated', session: await api.updateSession(request) });
      } catch (error) {
        onProblem(wordsOf(error));
      }
    },
    startContainer: api.startContainer === undefined ? null : () => void startContainer(),
    preparation: api.preparation === undefined ? null : toPreparationActions(api.preparation),
    loadOlder: () => void loadOlder(),
    retryConnection: () => source.retryNow(),
  };
}

async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (const delayMs of retryDelaysMs) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  }
  return work();
}

function wordsOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : 'That did not work. Try again.';
}
