import { createElement } from 'react';
import { SetPasswordPage } from './set-password.tsx';

export { ForgotPage } from './forgot.tsx';
export { LinkPage } from './link.tsx';
export { SetupPage } from './setup.tsx';
export { SignInPage } from './sign-in.tsx';
export { SignUpPage } from './sign-up.tsx';

export const ResetPage = () => createElement(SetPasswordPage, { kind: 'reset' });
export const InvitePage = () => createElement(SetPasswordPage, { kind: 'invite' });
export const WelcomePage = () => createElement(SetPasswordPage, { kind: 'welcome' });
