'use client';

import { ApiTokensSection } from './api-tokens-section.tsx';
import { AppearanceSection } from './appearance-section.tsx';
import { ProfileSection } from './profile-section.tsx';

export function SettingsPage() {
  return (
    <>
      <ProfileSection />
      <AppearanceSection />
      <ApiTokensSection />
    </>
  );
}
