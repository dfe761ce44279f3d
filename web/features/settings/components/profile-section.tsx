'use client';

import { Badge } from '@codex-webapp/ui';
import { useCurrentUser } from '../../auth/index.ts';
import { formatDate } from '../format-date.ts';
import { SettingsRow, SettingsSection } from './settings-section.tsx';

export function ProfileSection() {
  const user = useCurrentUser();
  return (
    <SettingsSection title="Profile">
      <SettingsRow label="User name">
        <span className="text-13 text-text">{user.username}</span>
      </SettingsRow>
      <SettingsRow label="Role">
        <Badge tone={user.role === 'admin' ? 'accent' : 'neutral'}>
          {user.role === 'admin' ? 'Administrator' : 'User'}
        </Badge>
      </SettingsRow>
      <SettingsRow label="Member since">
        <span className="text-13 text-text">{formatDate(user.createdAt)}</span>
      </SettingsRow>
    </SettingsSection>
  );
}
