// Colours by the textbook, for tests: numbers of one colour space in another, and how different two colours look. Shares no
// code with what is tested.

export type Rgb = readonly [red: number, green: number, blue: number];
type Matrix = readonly [Rgb, Rgb, Rgb];

/** sRGB to XYZ under D65, from IEC 61966-2-1. */
const toXyz: Matrix = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
];

/** XYZ under D65 to linear numbers, as published for each space. */
const fromXyz = {
  p3: [
    [2.493_496_9, -0.931_383_6, -0.402_710_8],
    [-0.829_489, 1.762_664_1, 0.023_624_7],
    [0.035_845_8, -0.076_172_4, 0.956_884_5],
  ],
  bt2020: [
    [1.716_651_2, -0.355_670_8, -0.253_366_3],
    [-0.666_684_4, 1.616_481_2, 0.015_768_5],
    [0.017_639_9, -0.042_770_6, 0.942_103_1],
  ],
} as const satisfies Record<string, Matrix>;

export type WideSpace = keyof typeof fromXyz;

/** The numbers, 0 to 255 and not rounded, that a colour of sRGB has in a wider space with the same curve. */
export function inSpace(colour: Rgb, space: WideSpace): Rgb {
  const linear = times(fromXyz[space], times(toXyz, colour.map(linearOf) as unknown as Rgb));
  return linear.map((value) => 255 * encodedOf(Math.min(1, Math.max(0, value)))) as unknown as Rgb;
}

function times(matrix: Matrix, [x, y, z]: Rgb): Rgb {
  const row = ([a, b, c]: Rgb) => a * x + b * y + c * z;
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
}

function linearOf(value: number): number {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function encodedOf(linear: number): number {
  return linear <= 0.003_130_8 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;
}

function labOf(colour: Rgb): Rgb {
  const [x, y, z] = times(toXyz, colour.map(linearOf) as unknown as Rgb);
  const root = (share: number) => (share > 216 / 24_389 ? Math.cbrt(share) : (share * 24_389) / 27 / 116 + 16 / 116);
  const [fx, fy, fz] = [root(x / 0.95047), root(y), root(z / 1.08883)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

const degrees = 180 / Math.PI;
const cosOf = (angle: number) => Math.cos(angle / degrees);
const hueOf = (a: number, b: number) => (a === 0 && b === 0 ? 0 : (Math.atan2(b, a) * degrees + 360) % 360);

/** CIEDE2000 of two colours of sRGB: below 1 nobody sees it. After Sharma, Wu and Dalal (2005). */
export function differenceOf(one: Rgb, other: Rgb): number {
  const [l1, a1, b1] = labOf(one);
  const [l2, a2, b2] = labOf(other);
  const meanChroma7 = ((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2) ** 7;
  const g = 0.5 * (1 - Math.sqrt(meanChroma7 / (meanChroma7 + 25 ** 7)));
  const [c1, c2] = [Math.hypot(a1 * (1 + g), b1), Math.hypot(a2 * (1 + g), b2)];
  const [h1, h2] = [hueOf(a1 * (1 + g), b1), hueOf(a2 * (1 + g), b2)];
  const turn = c1 * c2 === 0 ? 0 : ((h2 - h1 + 540) % 360) - 180;
  const hue = 2 * Math.sqrt(c1 * c2) * Math.sin(turn / 2 / degrees);
  const meanHue = c1 * c2 === 0 ? h1 + h2 : (h1 + turn / 2 + 360) % 360;
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const t =
    1 -
    0.17 * cosOf(meanHue - 30) +
    0.24 * cosOf(2 * meanHue) +
    0.32 * cosOf(3 * meanHue + 6) -
    0.2 * cosOf(4 * meanHue - 63);
  const sl = 1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2);
  const [sc, sh] = [1 + 0.045 * c, 1 + 0.015 * c * t];
  const rotation =
    -2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7)) * Math.sin((60 * Math.exp(-(((meanHue - 275) / 25) ** 2))) / degrees);
  const [dl, dc, dh] = [(l2 - l1) / sl, (c2 - c1) / sc, hue / sh];
  return Math.sqrt(dl ** 2 + dc ** 2 + dh ** 2 + rotation * dc * dh);
}
