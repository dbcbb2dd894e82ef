import { CatchBoundary } from '@tanstack/react-router';
import { type ReactNode, Suspense } from 'react';

/** Parts that come after the page: while they cannot be loaded, the server being away, it stands without them. */
export function Beside({ children }: { children: ReactNode }) {
  return (
    <CatchBoundary getResetKey={() => 'beside'} errorComponent={() => null}>
      <Suspense fallback={null}>{children}</Suspense>
    </CatchBoundary>
  );
}
