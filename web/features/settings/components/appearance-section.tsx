'use client';

import { Select, themePreferences, useTheme } from '@codex-webapp/ui';
import { usePreferences } from '../hooks/use-preferences.ts';
import { preferencesStore } from '../preferences-store.ts';
import { SettingsRow, SettingsSection } from './settings-section.tsx';

const themeLabels = { system: 'Like the system', light: 'Light', dark: 'Dark' } as const;

export function AppearanceSection() {
  const { preference, choose } = useTheme();
  const { enterSends } = usePreferences();
  return (
    <SettingsSection title="Appearance and typing" description="Kept in this browser.">
      <SettingsRow label={<label htmlFor="theme">Theme</label>}>
        <Select
          id="theme"
          className="w-56"
          value={preference}
          onChange={(event) =>
            choose(themePreferences.find((known) => known === event.target.value) ?? 'system')
          }
        >
          {themePreferences.map((value) => (
            <option key={value} value={value}>
              {themeLabels[value]}
            </option>
          ))}
        </Select>
      </SettingsRow>
      <SettingsRow
        label={<label htmlFor="enter">Enter key</label>}
        hint={enterSends ? 'Shift+Enter breaks the line.' : 'Ctrl+Enter sends.'}
      >
        <Select
          id="enter"
          className="w-56"
          value={enterSends ? 'sends' : 'breaks'}
          onChange={(event) => preferencesStore.change({ enterSends: event.target.value === 'sends' })}
        >
          <option value="sends">Sends the prompt</option>
          <option value="breaks">Breaks the line</option>
        </Select>
      </SettingsRow>
    </SettingsSection>
  );
}
