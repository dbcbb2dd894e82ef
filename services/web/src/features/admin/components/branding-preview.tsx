import { useLingui } from '@lingui/react/macro';
import type { BrandingColours } from '../queries.ts';
import classes from './branding-preview.module.css';

interface Props {
  values: { name: string; logo: string; support: string; footer: string; mail_sender: string };
  /** Undefined: those of the product. */
  colours: BrandingColours | undefined;
}

const schemes = ['light', 'dark'] as const;

/** A page on light and on dark ground, and a mail, as they would look. */
export function BrandingPreview({ values, colours }: Props) {
  const { t } = useLingui();
  const { light, dark } = colours ?? { light: '#0b667b', dark: '#70bccb' };
  const name = values.name || 'Helpmesh';
  const head = values.logo ? <img src={values.logo} alt={name} className={classes.logo} /> : <strong>{name}</strong>;
  const below = [values.support, values.footer].filter(Boolean).join('\n');
  const labels = { light: t`On a light page`, dark: t`On a dark page` };
  return (
    <div className={classes.previews}>
      {schemes.map((scheme) => (
        <figure key={scheme} className={classes.page} data-scheme={scheme}>
          <figcaption>{labels[scheme]}</figcaption>
          <div className={classes.head}>{head}</div>
          <p>
            <span className={classes.link} style={{ color: scheme === 'light' ? light : dark }}>
              {t`How do I get access?`}
            </span>
          </p>
          <span className={classes.button} style={{ background: light }}>
            {t`Send a request`}
          </span>
          {below && <p className={classes.below}>{below}</p>}
        </figure>
      ))}
      <figure className={classes.page} data-scheme="light">
        <figcaption>{t`In a mail`}</figcaption>
        <p className={classes.from}>{values.mail_sender || name}</p>
        <div className={classes.head} style={{ color: light }}>
          {head}
        </div>
        <p>{t`we have received your request.`}</p>
        <span className={classes.button} style={{ background: light }}>
          {t`Open the request`}
        </span>
        {below && <p className={classes.below}>{below}</p>}
      </figure>
    </div>
  );
}
