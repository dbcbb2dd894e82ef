import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './api.ts';

const refused = (error: unknown): error is ApiError =>
  error instanceof ApiError && (error.status === 401 || error.status === 403);

/** A refusal may mean that the session ended: asking who we are decides, and the shell leads to the sign-in page. */
const askWhoWeAre = (error: unknown): void => {
  if (refused(error)) void queryClient.invalidateQueries({ queryKey: ['me'] });
};

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: askWhoWeAre }),
  mutationCache: new MutationCache({ onError: askWhoWeAre }),
  defaultOptions: {
    queries: {
      // Live events invalidate what changed; time alone makes nothing stale while the stream is up.
      staleTime: 60_000,
      // A refusal will not turn into a success; only an unreachable or overloaded server is worth another try.
      retry: (failures, error) =>
        failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      refetchOnWindowFocus: false,
    },
    mutations: { retry: false },
  },
});
