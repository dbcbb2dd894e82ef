import { useLingui } from '@lingui/react/macro';
import { Button, useComputedColorScheme } from '@mantine/core';
import { IconPhotoOff } from '@tabler/icons-react';
import { lazy, Suspense, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { forSandbox } from '../../../app/trusted-types.ts';
import { useImageSenders } from '../image-senders.ts';
import { frameDocument, prepareMailHtml } from '../mail-html.ts';
import { isPlainMarkup } from '../quote.ts';
import classes from './message-frame.module.css';

const ZoomedImage = lazy(() => import('./zoomed-image.tsx').then((file) => ({ default: file.ZoomedImage })));

/** Smaller ones are ornaments, px. */
const WORTH_A_LOOK = 80;

interface Props {
  html: string;
  title: string;
  cids: ReadonlyMap<string, string>;
  /** Address that it is proven to come from. */
  sender?: string | undefined;
}

/**
 * A mail body in a frame that runs nothing: `sandbox` without `allow-scripts`. `allow-same-origin` only lets this page
 * measure the height, and popups let links open in a tab of their own.
 */
export function MessageFrame({ html, title, cids, sender }: Props) {
  const { t } = useLingui();
  const scheme = useComputedColorScheme('light');
  const [asked, setAsked] = useState(false);
  const known = useImageSenders(({ senders }) => sender !== undefined && senders.includes(sender.toLowerCase()));
  const allow = useImageSenders((state) => state.allow);
  const loadImages = asked || known;
  const [zoomed, setZoomed] = useState<{ src: string; alt: string } | null>(null);
  const [missingImages, setMissingImages] = useState(false);
  const frame = useRef<HTMLIFrameElement>(null);
  const plain = isPlainMarkup(html);
  const dark = plain && scheme === 'dark';
  const { document, blockedImages } = useMemo(() => {
    const prepared = prepareMailHtml(html, cids, loadImages);
    const look = {
      color: dark ? '#d5dde2' : '#182026',
      link: dark ? '#70bccb' : '#0b667b',
      background: plain ? 'transparent' : '#fff',
      dark,
    };
    return {
      document: frameDocument(prepared.html, title, look, loadImages),
      blockedImages: prepared.blockedImages,
    };
  }, [html, title, cids, loadImages, dark, plain]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another document needs another measurement
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    let observer: ResizeObserver | undefined;
    const resize = () => {
      const body = element.contentDocument?.body;
      if (body) element.style.blockSize = `${Math.ceil(body.getBoundingClientRect().height) + 1}px`;
    };
    const watch = () => {
      observer?.disconnect();
      const body = element.contentDocument?.body;
      if (!body) return;
      observer = new ResizeObserver(resize);
      observer.observe(body);
      resize();
    };
    const loaded = () => {
      watch();
      // A dead server, or a policy of this installation that lets no foreign image through.
      const images = [...(element.contentDocument?.images ?? [])];
      setMissingImages(
        images.some((image) => /^https?:/.test(image.getAttribute('src') ?? '') && image.naturalWidth === 0),
      );
      for (const image of images) {
        if (image.naturalWidth < WORTH_A_LOOK || image.closest('a')) continue;
        const { src, alt } = image;
        const zoom = () => setZoomed({ src, alt });
        image.style.cursor = 'zoom-in';
        image.tabIndex = 0;
        image.role = 'button';
        image.ariaLabel = alt ? t`Enlarge the image ${alt}` : t`Enlarge the image`;
        image.addEventListener('click', zoom);
        image.addEventListener('keydown', (event) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          zoom();
        });
      }
    };
    element.addEventListener('load', loaded);
    watch();
    return () => {
      element.removeEventListener('load', loaded);
      observer?.disconnect();
    };
  }, [document, t]);

  return (
    <>
      {blockedImages > 0 && (
        <div className={classes.blocked}>
          <IconPhotoOff size={15} aria-hidden />
          <span>{t`Images from other servers are not loaded, so that the sender does not learn when you read this.`}</span>
          <Button size="compact-xs" variant="default" onClick={() => setAsked(true)}>
            {t`Load images`}
          </Button>
          {sender && (
            <Button size="compact-xs" variant="default" onClick={() => allow(sender)}>
              {t`Always from ${sender}`}
            </Button>
          )}
        </div>
      )}
      {missingImages && (
        <div className={classes.blocked} role="status">
          <IconPhotoOff size={15} aria-hidden />
          <span>{t`Some images could not be loaded.`}</span>
        </div>
      )}
      <iframe
        ref={frame}
        title={title}
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
        srcDoc={forSandbox(document)}
        className={classes.frame}
        data-paper={!plain || undefined}
      />
      {zoomed && (
        <Suspense fallback={null}>
          <ZoomedImage image={zoomed} onClose={() => setZoomed(null)} />
        </Suspense>
      )}
    </>
  );
}
