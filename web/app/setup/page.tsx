import { AuthPage, SetupForm } from '../../features/auth/index.ts';

export default function SetupPage() {
  return (
    <AuthPage
      title="Welcome"
      description="Create the administrator of this server. You can add other people later."
    >
      <SetupForm />
    </AuthPage>
  );
}
