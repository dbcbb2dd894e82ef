import { useMediaQuery } from '@mantine/hooks';
import { Notifications } from '@mantine/notifications';
import '@mantine/notifications/styles.css';

/** Below the navigation, which leaves room there; on small screens at the top, so that no send button is covered. */
export function Messages() {
  const narrow = useMediaQuery('(max-width: 760px)', false, { getInitialValueInEffect: false });
  return <Notifications position={narrow ? 'top-center' : 'bottom-left'} limit={4} />;
}
