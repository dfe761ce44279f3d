export { AuthPage } from './components/auth-page.tsx';
export { LoginForm } from './components/login-form.tsx';
export { PasswordInput } from './components/password-input.tsx';
export { SetupForm } from './components/setup-form.tsx';
export { UserMenu } from './components/user-menu.tsx';
export { Wordmark } from './components/wordmark.tsx';
export { CurrentUserProvider, useCurrentUser } from './current-user-context.tsx';
