import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

type Color = readonly [red: number, green: number, blue: number];

/** What WCAG asks of text that is not large. */
const AA = 4.5;
const WHITE: Color = [255, 255, 255];
const css = readFileSync(join(import.meta.dirname, 'credit-card.css'), 'utf8');

function blockOf(selector: string): string {
  return css.split(`\n${selector} {`)[1]?.split('}')[0] ?? css.split('}')[0] ?? '';
}

const hex = (text: string): Color =>
  [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16)) as unknown as Color;

/** The colors `rgb(r g b / a%)` of a declaration. */
function layersOf(text: string): { color: Color; alpha: number }[] {
  return [...text.matchAll(/rgb\((\d+) (\d+) (\d+) \/ (\d+)%\)/g)].map(([, r, g, b, alpha]) => ({
    color: [Number(r), Number(g), Number(b)],
    alpha: Number(alpha) / 100,
  }));
}

const over = (ground: Color, { color, alpha }: { color: Color; alpha: number }): Color =>
  ground.map(
    (value, index) => value * (1 - alpha) + (color[index] ?? 0) * alpha,
  ) as unknown as Color;

function luminance(color: Color): number {
  const [r = 0, g = 0, b = 0] = color.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const contrast = (one: Color, other: Color): number => {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
};

it('the_plan_is_readable_wherever_on_the_gradient_its_pill_lies', () => {
  const card = blockOf('.wxa-credit-card').split('box-shadow')[0] ?? '';
  const stops = [...(card.split('linear-gradient')[1] ?? '').matchAll(/#[0-9a-f]{6}/g)].map(
    ([text]) => hex(text),
  );
  const [glow] = layersOf(card);
  const [pill] = layersOf(blockOf('.wxa-credit-card__plan'));
  if (glow === undefined || pill === undefined) throw new Error('the card is drawn in another way');
  expect(stops).toHaveLength(3);
  for (const stop of stops) {
    for (const ground of [stop, over(stop, glow)]) {
      expect(contrast(WHITE, over(ground, pill))).toBeGreaterThanOrEqual(AA);
    }
  }
});
