import { AuthPage, LoginForm } from '../../features/auth/index.ts';

export default function LoginPage() {
  return (
    <AuthPage title="Log in" description="Your sessions went on while you were away.">
      <LoginForm />
    </AuthPage>
  );
}
