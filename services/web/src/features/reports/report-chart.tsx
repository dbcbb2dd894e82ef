import { Tooltip } from '@mantine/core';
import classes from './report.module.css';

/** One for each series, in their order; each is told apart in light and dark, and named beside the table too. */
export const colours = ['blue', 'teal', 'orange', 'grape', 'red', 'lime', 'indigo', 'gray'] as const;
export const colourOf = (index: number) => `var(--mantine-color-${colours[index % colours.length]}-6)`;

interface Props {
  label: string;
  steps: readonly string[];
  series: readonly { name: string; values: readonly number[] }[];
}

const HEIGHT = 200;

/** Bars, side by side for each step; those below the line are less than nothing. */
export function ReportChart({ label, steps, series }: Props) {
  const all = series.flatMap(({ values }) => values);
  const [low, high] = [Math.min(0, ...all), Math.max(1, ...all)];
  const unit = HEIGHT / (high - low);
  const line = high * unit;
  // As many names as there is room for.
  const every = Math.ceil(steps.length / 12);
  return (
    <div className={classes.chart} role="img" aria-label={label}>
      {steps.map((step, i) => (
        <Tooltip
          key={step}
          label={`${step}: ${series.map(({ name, values }) => `${name} ${values[i] ?? 0}`).join(', ')}`}
          multiline
          maw={320}
        >
          <div className={classes.step}>
            <svg viewBox={`0 0 ${series.length * 10} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
              {series.map(({ name, values }, k) => {
                const value = values[i] ?? 0;
                const top = value < 0 ? line : line - value * unit;
                return (
                  <rect
                    key={name}
                    x={k * 10 + 1}
                    y={top}
                    width={8}
                    height={Math.abs(value) * unit}
                    style={{ fill: colourOf(k) }}
                  />
                );
              })}
              <line x1={0} x2={series.length * 10} y1={line} y2={line} className={classes.line} />
            </svg>
            <span className={classes.name}>{i % every === 0 ? step : '\u00a0'}</span>
          </div>
        </Tooltip>
      ))}
    </div>
  );
}
