import { useLingui } from '@lingui/react/macro';
import { Modal } from '@mantine/core';
import classes from './message-frame.module.css';

/** An image of a message as large as it is, or as the screen is. */
export function ZoomedImage({ image, onClose }: { image: { src: string; alt: string }; onClose: () => void }) {
  const { t } = useLingui();
  return (
    <Modal
      opened
      onClose={onClose}
      size="auto"
      title={image.alt || t`Image`}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <img src={image.src} alt={image.alt} className={classes.zoomed} />
    </Modal>
  );
}
