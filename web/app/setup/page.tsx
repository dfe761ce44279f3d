import { AuthPage, SetupForm } from '../../features/auth/index.ts';

export default function SetupPage() {
  return (
    <AuthPage
      title="Welcome"
      description="The first account is the administrator of this server. Others can be added later."
    >
      <SetupForm />
    </AuthPage>
  );
}
