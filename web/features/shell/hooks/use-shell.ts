import type { BridgeShortcut } from '@codex-webapp/contracts/bridge';
import { usePathname } from 'next/navigation';
import { useRef, useState, type RefObject } from 'react';
import { useIsWide } from './use-is-wide.ts';
import { usePageKeys } from './use-page-keys.ts';

interface Shell {
  readonly searchRef: RefObject<HTMLInputElement | null>;
  readonly isDrawerOpen: boolean;
  readonly setIsDrawerOpen: (isOpen: boolean) => void;
  readonly closeDrawer: () => void;
  readonly isNewOpen: boolean;
  readonly setIsNewOpen: (isOpen: boolean) => void;
  readonly openNew: () => void;
  readonly areKeysOpen: boolean;
  readonly setAreKeysOpen: (isOpen: boolean) => void;
  readonly showKeys: () => void;
  readonly showsSidebar: (isListPage: boolean) => boolean;
  readonly runShortcut: (shortcut: BridgeShortcut) => void;
}

/** What is open around the page, and what the keys of the page do. */
export function useShell(): Shell {
  const isWide = useIsWide();
  const pathname = usePathname();
  const searchRef = useRef<HTMLInputElement | null>(null);
  const [isCollapsed, setIsCollapsed] = useState(false);
  // Remembers where the drawer was opened: going anywhere else closes it.
  const [drawerPath, setDrawerPath] = useState<string | null>(null);
  const [isNewOpen, setIsNewOpen] = useState(false);
  const [areKeysOpen, setAreKeysOpen] = useState(false);
  const isDrawerOpen = !isWide && drawerPath === pathname && pathname !== '/';
  const setIsDrawerOpen = (isOpen: boolean) => setDrawerPath(isOpen ? pathname : null);

  const focusSearch = () => {
    if (isWide) setIsCollapsed(false);
    else if (pathname !== '/') setIsDrawerOpen(true);
    // After what shows the field has been drawn.
    requestAnimationFrame(() => {
      searchRef.current?.focus();
      searchRef.current?.select();
    });
  };

  const runShortcut = (shortcut: BridgeShortcut) => {
    switch (shortcut) {
      case 'palette':
      case 'search':
        return focusSearch();
      case 'new-session':
        return setIsNewOpen(true);
      case 'toggle-sidebar':
        return isWide ? setIsCollapsed(!isCollapsed) : setIsDrawerOpen(!isDrawerOpen);
      case 'help':
        return setAreKeysOpen(true);
      default:
        return assertNever(shortcut);
    }
  };
  usePageKeys(runShortcut);

  return {
    searchRef,
    isDrawerOpen,
    setIsDrawerOpen,
    closeDrawer: () => setDrawerPath(null),
    isNewOpen,
    setIsNewOpen,
    openNew: () => {
      setDrawerPath(null);
      setIsNewOpen(true);
    },
    areKeysOpen,
    setAreKeysOpen,
    showKeys: () => setAreKeysOpen(true),
    showsSidebar: (isListPage) => (isWide ? !isCollapsed : isListPage),
    runShortcut,
  };
}

function assertNever(shortcut: never): never {
  throw new Error(`Unknown shortcut ${String(shortcut)}`);
}
