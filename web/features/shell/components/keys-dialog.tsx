import { Dialog, Kbd } from '@codex-webapp/ui';

const keys: readonly (readonly [keys: readonly string[], meaning: string])[] = [
  [['Ctrl', 'K'], 'Search sessions and messages (⌘ K on a Mac)'],
  [['/'], 'Search, too'],
  [['C'], 'New session'],
  [['J'], 'Next session in the list'],
  [['K'], 'Previous session in the list'],
  [['Enter'], 'Open the session'],
  [['Ctrl', 'B'], 'Show or hide the list'],
  [['?'], 'This help'],
];

type Props = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
};

export function KeysDialog({ isOpen, onOpenChange }: Props) {
  return (
    <Dialog isOpen={isOpen} onOpenChange={onOpenChange} title="Keyboard shortcuts">
      <dl className="flex flex-col">
        {keys.map(([names, meaning]) => (
          <div
            key={meaning}
            className="flex items-center justify-between gap-4 border-b border-border py-2 last:border-b-0"
          >
            <dt className="order-2 flex shrink-0 gap-1">
              {names.map((name) => (
                <Kbd key={name}>{name}</Kbd>
              ))}
            </dt>
            <dd className="text-13 text-text">{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
