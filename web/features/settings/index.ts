export { SettingsPage } from './components/settings-page.tsx';
export { SettingsSection } from './components/settings-section.tsx';
export { formatDate } from './format-date.ts';
export { usePreferences } from './hooks/use-preferences.ts';
