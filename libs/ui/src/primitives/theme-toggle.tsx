'use client';

import { Monitor, Moon, Sun } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { IconButton } from './icon-button.tsx';
import { Menu, MenuChoice, MenuChoices } from './menu.tsx';
import { themePreferences, themeStore, type ThemePreference, type ThemeState } from './theme-store.ts';

export function useTheme(): ThemeState & { choose: (preference: ThemePreference) => void } {
  const state = useSyncExternalStore(themeStore.subscribe, themeStore.read, themeStore.readOnServer);
  return { ...state, choose: themeStore.choose };
}

const icons = { system: Monitor, light: Sun, dark: Moon } as const;
const labels = { system: 'Like the system', light: 'Light', dark: 'Dark' } as const;

export function ThemeToggle() {
  const { preference, choose } = useTheme();
  const Icon = icons[preference];
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label={`Theme: ${labels[preference]}`}>
          <Icon aria-hidden />
        </IconButton>
      }
    >
      <MenuChoices
        value={preference}
        onChange={(value) => choose(themePreferences.find((known) => known === value) ?? 'system')}
      >
        {themePreferences.map((value) => (
          <MenuChoice key={value} value={value}>
            {labels[value]}
          </MenuChoice>
        ))}
      </MenuChoices>
    </Menu>
  );
}
