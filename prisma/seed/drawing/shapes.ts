// What the drawings of the demo are put together from: colours that mix, lines that wander, light that fades. Pure.
import type { Random } from "../random.ts";

export interface Size {
  width: number;
  height: number;
}

export interface Palette {
  name: string;
  /** From the top of the sky down. */
  sky: readonly [string, string, string];
  /** From far to near. */
  land: readonly [string, string, string, string];
  light: string;
}

/** What a scene draws on, and with. */
export interface Sheet extends Size {
  random: Random;
  palette: Palette;
}

/** A number as drawings hold it: less than a tenth of a unit is nobody's to see. */
export function at(value: number): string {
  return value.toFixed(1);
}

/** Between two colours as #rrggbb; 0 is the first, 1 the second. */
export function mix(from: string, to: string, share: number): string {
  const channels = [1, 3, 5].map((start) => {
    const [a, b] = [from, to].map((colour) => Number.parseInt(colour.slice(start, start + 2), 16));
    return Math.round((a ?? 0) + ((b ?? 0) - (a ?? 0)) * share);
  });
  return `#${channels.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

/** From the top down, or from the left where it is turned. Stops are colours, or a colour and its opacity. */
export function linear(id: string, stops: readonly (string | readonly [string, number])[], isTurned = false): string {
  const direction = isTurned ? 'x1="0" y1="0" x2="1" y2="0"' : 'x1="0" y1="0" x2="0" y2="1"';
  return `<linearGradient id="${id}" ${direction}>${stopsOf(stops)}</linearGradient>`;
}

/** From the middle out. */
export function radial(id: string, stops: readonly (string | readonly [string, number])[]): string {
  return `<radialGradient id="${id}">${stopsOf(stops)}</radialGradient>`;
}

function stopsOf(stops: readonly (string | readonly [string, number])[]): string {
  return stops
    .map((stop, index) => {
      const [colour, opacity] = typeof stop === "string" ? [stop, 1] : stop;
      return `<stop offset="${(index / (stops.length - 1)).toFixed(3)}" stop-color="${colour}" stop-opacity="${opacity}"/>`;
    })
    .join("");
}

/**
 * Heights of a rough line, one more than a power of two of them, around 0 and within about ±1: halves are displaced, each
 * time by less (midpoint displacement; Fournier, Fussell and Carpenter, 1982).
 */
export function roughLine(random: Random, rounds: number, roughness: number): number[] {
  let line = [random.next() - 0.5, random.next() - 0.5];
  let reach = 1;
  for (let round = 0; round < rounds; round += 1) {
    line = line.flatMap((height, index) => {
      const next = line[index + 1];
      return next === undefined ? [height] : [height, (height + next) / 2 + (random.next() - 0.5) * reach];
    });
    reach *= roughness;
  }
  return line;
}

/** The outline of land under such a line, closed at the bottom of the sheet. */
export function landPath(size: Size, heights: readonly number[], base: number, swing: number): string {
  const step = size.width / (heights.length - 1);
  const points = heights.map((height, index) => `${at(index * step)},${at(base - height * swing)}`);
  return `M0,${size.height} L${points.join(" L")} L${size.width},${size.height} Z`;
}

/** About 0, mostly within ±1. */
export function bell(random: Random): number {
  return (random.next() + random.next() + random.next() + random.next() - 2) / 1.2;
}

/** The sky of the palette over the whole sheet. */
export function sky({ palette }: Sheet): string {
  return `<defs>${linear("sky", palette.sky)}</defs><rect width="100%" height="100%" fill="url(#sky)"/>`;
}

/** A sun or moon in its glow. */
export function glow({ palette }: Sheet, x: number, y: number, radius: number): string {
  const stops = [
    [palette.light, 0.85],
    [palette.light, 0.3],
    [palette.light, 0.1],
    [palette.light, 0],
  ] as const;
  return `<defs>${radial("glow", stops)}</defs><circle cx="${at(x)}" cy="${at(y)}" r="${at(radius * 6)}" fill="url(#glow)"/>
    <circle cx="${at(x)}" cy="${at(y)}" r="${at(radius)}" fill="${palette.light}"/>`;
}

/** A soft shadow under something that lies on a table. */
export function shadow(x: number, y: number, radius: number): string {
  return `<circle cx="${at(x + radius * 0.09)}" cy="${at(y + radius * 0.13)}" r="${at(radius * 1.12)}" fill="url(#shadow)"/>`;
}

/** The definition that `shadow` draws with: once a picture. */
export const shadowDef = radial("shadow", [
  ["#000000", 0.5],
  ["#000000", 0.5],
  ["#000000", 0.45],
  ["#000000", 0],
]);

/** Light through a window: slanted bands over everything. */
export function windowLight({ width, height, random, palette }: Sheet): string {
  const left = width * (0.05 + random.next() * 0.35);
  const bands = [0, 1, 2].map((band) => {
    const x = left + band * width * 0.2;
    return `<path d="M${at(x)},0 l${at(width * 0.15)},0 l${at(-height * 0.45)},${height} l${at(-width * 0.15)},0 Z"/>`;
  });
  return `<g fill="${palette.light}" opacity="0.16">${bands.join("")}</g>`;
}
