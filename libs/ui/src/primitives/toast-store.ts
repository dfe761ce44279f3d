export type ToastTone = 'info' | 'success' | 'danger';

export interface ToastMessage {
  readonly id: number;
  readonly title: string;
  readonly description?: string;
  readonly tone: ToastTone;
  readonly action?: { readonly label: string; readonly onSelect: () => void };
}

let nextId = 1;
let messages: readonly ToastMessage[] = [];
const listeners = new Set<() => void>();

function publish(next: readonly ToastMessage[]): void {
  messages = next;
  for (const listener of listeners) listener();
}

/** Says something in passing, anywhere below a `Toaster`. What must be read belongs into the page instead. */
export function toast(message: Omit<ToastMessage, 'id' | 'tone'> & { tone?: ToastTone }): void {
  publish([...messages.slice(-3), { tone: 'info', ...message, id: nextId++ }]);
}

export function dismissToast(id: number): void {
  publish(messages.filter((message) => message.id !== id));
}

export const toastStore = {
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  read: (): readonly ToastMessage[] => messages,
  readOnServer: (): readonly ToastMessage[] => none,
};

const none: readonly ToastMessage[] = [];
