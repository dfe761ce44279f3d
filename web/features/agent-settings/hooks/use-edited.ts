import { useCallback, useEffect, useId, useRef, useState } from 'react';

/** Whose form is open: that of an item, by its name, or (null) that of a new one. */
interface Edited {
  readonly name: string | null;
}

interface EditedItem {
  readonly isAdding: boolean;
  isEditing(name: string): boolean;
  open(name: string | null): void;
  close(): void;
  /** Of the button that opens the form, which has the focus again when that is closed. */
  buttonIdOf(name: string | null): string;
}

/** Which item of a list is a form at the moment. */
export function useEdited(): EditedItem {
  const id = useId();
  const [edited, setEdited] = useState<Edited | null>(null);
  const earlier = useRef<Edited | null>(null);
  const buttonIdOf = useCallback((name: string | null) => (name === null ? id : `${id}-${name}`), [id]);

  useEffect(() => {
    const closed = earlier.current;
    earlier.current = edited;
    if (edited !== null || closed === null) return;
    // One that has another name by now has another button.
    const button =
      document.getElementById(buttonIdOf(closed.name)) ?? document.getElementById(buttonIdOf(null));
    button?.focus();
  }, [edited, buttonIdOf]);

  return {
    isAdding: edited !== null && edited.name === null,
    isEditing: (name) => edited?.name === name,
    open: (name) => setEdited({ name }),
    close: () => setEdited(null),
    buttonIdOf,
  };
}
