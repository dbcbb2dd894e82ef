import { CatchBoundary } from '@tanstack/react-router';
import { type ReactNode, Suspense, useEffect, useState } from 'react';

/** The page is given so long to show what it is for, ms; browsers that cannot tell when it has are given half a second. */
const MOST_MS = 2_000;
const GUESSED_MS = 500;

let calm = false;

/** Whether the page had its first moment with nothing to do. */
function useCalm(): boolean {
  const [now, setNow] = useState(calm);
  useEffect(() => {
    if (calm) return setNow(true);
    const told = () => {
      calm = true;
      setNow(true);
    };
    if (typeof requestIdleCallback !== 'function') {
      const timer = setTimeout(told, GUESSED_MS);
      return () => clearTimeout(timer);
    }
    const asked = requestIdleCallback(told, { timeout: MOST_MS });
    return () => cancelIdleCallback(asked);
  }, []);
  return now;
}

/**
 * Parts that come after the page: their scripts are fetched when it stands, and while they cannot be loaded, the server
 * being away, it stands without them.
 */
export function Beside({ children }: { children: ReactNode }) {
  const shown = useCalm();
  if (!shown) return null;
  return (
    <CatchBoundary getResetKey={() => 'beside'} errorComponent={() => null}>
      <Suspense fallback={null}>{children}</Suspense>
    </CatchBoundary>
  );
}
