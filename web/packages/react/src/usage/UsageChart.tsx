import { Text } from '@wix/design-system';
import { type KeyboardEvent, useId, useState } from 'react';
import type { Usage } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';
import { useMessages } from '../messages/useMessages.js';
import { OTHER, roundUp, seriesOf, type UsageBar, type UsageSeries } from './series.js';

export interface UsageChartProps {
  /** The days, as `useUsage` gives them. */
  usage: Usage;
  /** The page's word for an action; the action itself when left out. */
  actionName?: (action: string) => string;
}

/**
 * Credits spent on each day, by action. Pointing at a day, or moving to it with the arrow keys, tells its numbers;
 * a table holds the same for who would rather read.
 */
export function UsageChart({ usage, actionName = (action) => action }: UsageChartProps) {
  const { usage: texts } = useMessages();
  const series = seriesOf(usage);
  const name = (action: string) => (action === OTHER ? texts.other : actionName(action));
  const names = series.actions.map(name);
  return (
    <figure className="wxa-usage" data-testid="usage-chart">
      <Legend series={series} names={names} />
      <Bars series={series} names={names} />
      <UsageTable series={series} names={names} />
    </figure>
  );
}

interface PartProps {
  series: UsageSeries;
  names: readonly string[];
}

function Legend({ series, names }: PartProps) {
  const { format } = useWixContext();
  return (
    <ul className="wxa-usage__legend">
      {names.map((name, index) => (
        <li key={name} data-tone={index}>
          <span dir="auto">{name}</span> <b>{format.number(series.totals[index] ?? 0)}</b>
        </li>
      ))}
    </ul>
  );
}

function Bars({ series, names }: PartProps) {
  const { format } = useWixContext();
  const { usage: texts } = useMessages();
  const { bars } = series;
  const [chosen, setChosen] = useState(bars.length - 1);
  const detailId = useId();
  const at = Math.min(chosen, bars.length - 1);
  const bar = bars[at];
  const top = roundUp(series.most);
  if (bar === undefined) return null;

  const move = (event: KeyboardEvent) => {
    const isRtl = document.documentElement.dir === 'rtl';
    const next = keyTarget(event.key, at, bars.length, isRtl);
    if (next === null) return;
    event.preventDefault();
    setChosen(next);
  };
  const detail = texts.day(format.day(bar.date), bar.credits, partsText(bar, names, format.number));
  return (
    <>
      <div className="wxa-usage__plot">
        <div className="wxa-usage__scale" aria-hidden="true">
          {[top, top / 2, 0].map((value) => (
            <span key={value}>{Number.isInteger(value) ? format.number(value) : ''}</span>
          ))}
        </div>
        <div
          className="wxa-usage__bars"
          role="slider"
          tabIndex={0}
          aria-label={texts.chart}
          aria-valuemin={0}
          aria-valuemax={bars.length - 1}
          aria-valuenow={at}
          aria-valuetext={detail}
          aria-describedby={detailId}
          onKeyDown={move}
        >
          {bars.map((each, index) => (
            <span
              key={each.date}
              className="wxa-usage__day"
              data-chosen={index === at}
              onPointerEnter={() => setChosen(index)}
              onPointerDown={() => setChosen(index)}
            >
              {each.parts.map((credits, part) => (
                <i
                  key={names[part]}
                  data-tone={part}
                  style={{ height: `${(credits / top) * 100}%` }}
                />
              ))}
            </span>
          ))}
        </div>
      </div>
      <div className="wxa-usage__ends" aria-hidden="true">
        <span>{format.day(bars[0]?.date ?? '')}</span>
        <span>{format.day(bars.at(-1)?.date ?? '')}</span>
      </div>
      <p className="wxa-usage__detail" id={detailId} data-testid="usage-detail">
        {detail}
      </p>
    </>
  );
}

function partsText(bar: UsageBar, names: readonly string[], number: (value: number) => string) {
  return bar.parts
    .map((credits, index) => (credits > 0 ? `${names[index]} ${number(credits)}` : ''))
    .filter(Boolean)
    .join(', ');
}

/** Where a key moves to among `count` days; null for keys that do not move. */
export function keyTarget(key: string, at: number, count: number, isRtl: boolean): number | null {
  const forward = isRtl ? 'ArrowLeft' : 'ArrowRight';
  const back = isRtl ? 'ArrowRight' : 'ArrowLeft';
  if (key === forward || key === 'ArrowUp') return Math.min(at + 1, count - 1);
  if (key === back || key === 'ArrowDown') return Math.max(at - 1, 0);
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : null;
}

function UsageTable({ series, names }: PartProps) {
  const { format } = useWixContext();
  const { usage: texts } = useMessages();
  const used = series.bars.filter(({ credits }) => credits > 0);
  return (
    <details className="wxa-usage__table">
      <summary>{texts.table}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="wxa-scroll" aria-label={texts.table} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{texts.date}</th>
              <th scope="col">{texts.total}</th>
              {names.map((name) => (
                <th key={name} scope="col" dir="auto">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {used.map((bar) => (
              <tr key={bar.date}>
                <th scope="row">{format.day(bar.date)}</th>
                <td>{format.number(bar.credits)}</td>
                {bar.parts.map((credits, index) => (
                  <td key={names[index]}>{format.number(credits)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {used.length === 0 && <Text size="small">{texts.nothing}</Text>}
      </section>
    </details>
  );
}
