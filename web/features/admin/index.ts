export { DokployPage } from './components/dokploy-page.tsx';
export { UsersPage } from './components/users-page.tsx';
