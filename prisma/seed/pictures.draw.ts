// Pictures of the demo: quiet compositions of shapes and light, as SVG. Pure; the same seed draws the same picture.
import { createRandom, type Random } from "./random.ts";

export interface Drawing {
  svg: string;
  /** What is on it, for those who cannot see it. */
  alt: string;
}

interface Palette {
  name: string;
  /** From the sky down. */
  sky: readonly [string, string, string];
  /** From far to near. */
  land: readonly [string, string, string, string];
  light: string;
}

const palettes: readonly Palette[] = [
  {
    name: "dawn",
    sky: ["#2b3a67", "#b56576", "#f6bd60"],
    land: ["#8d6a7d", "#6d597a", "#4a4063", "#2a2840"],
    light: "#ffe8c2",
  },
  {
    name: "noon",
    sky: ["#3a86c8", "#8ecae6", "#e0f4ff"],
    land: ["#95c8a5", "#6aa67f", "#427a5b", "#25523b"],
    light: "#fffbe0",
  },
  {
    name: "dusk",
    sky: ["#1b1b3a", "#693668", "#f08a5d"],
    land: ["#7b4b6b", "#54345a", "#3a2548", "#1f1530"],
    light: "#ffd6a5",
  },
  {
    name: "night",
    sky: ["#050816", "#10204a", "#2c4a7c"],
    land: ["#23395d", "#182a48", "#101d34", "#080f1e"],
    light: "#f1f5ff",
  },
  {
    name: "autumn",
    sky: ["#cdb4a0", "#e9d8c3", "#fdf3e1"],
    land: ["#d08c60", "#b4653b", "#8a4526", "#562c1c"],
    light: "#fff6d8",
  },
  {
    name: "winter",
    sky: ["#7a9bb8", "#bcd2e0", "#eef5f9"],
    land: ["#c6d6e2", "#9fb7c9", "#6f8ea6", "#41607a"],
    light: "#ffffff",
  },
  {
    name: "spring",
    sky: ["#9ad1d4", "#cfeee4", "#fef9ef"],
    land: ["#ffc8dd", "#bde0a8", "#83b86b", "#4d7c46"],
    light: "#fffdf2",
  },
  {
    name: "desert",
    sky: ["#4a90b8", "#f3c98b", "#fae5c4"],
    land: ["#e0a765", "#c87f43", "#9c562c", "#66351d"],
    light: "#fff1cf",
  },
];

/**
 * Width and height: as the sensors and the taste of people make them. No larger, because two hundred of them are made
 * while somebody waits for the first start.
 */
const formats = [
  [640, 640],
  [640, 800],
  [640, 427],
  [640, 480],
] as const;
/** What the scenes below are measured for; the drawing is scaled. */
const canvasWidth = 1_080;

type Scene = (random: Random, size: Size, palette: Palette) => string;

const scenes: readonly { name: string; draw: Scene }[] = [
  { name: "hills", draw: drawHills },
  { name: "mountains", draw: drawMountains },
  { name: "the sea", draw: drawSea },
  { name: "a town", draw: drawTown },
  { name: "a pattern of tiles", draw: drawTiles },
  { name: "circles of light", draw: drawLights },
];

/** The post picture of a number. */
export function drawPicture(input: { seed: string; index: number }): Drawing {
  const random = createRandom(`${input.seed}/picture/${input.index}`);
  const [width, height] = random.pick(formats);
  const canvas = { width: canvasWidth, height: Math.round((height * canvasWidth) / width) };
  const palette = random.pick(palettes);
  const scene = scenes[input.index % scenes.length] ?? random.pick(scenes);
  const content = scene.draw(random, canvas, palette);
  return {
    svg: frame({ width, height }, { canvas, palette, content }),
    alt: `${scene.name} in ${palette.name} colours`,
  };
}

/** The avatar of a number: a figure before a coloured ground. */
export function drawAvatar(input: { seed: string; index: number }): Drawing {
  const random = createRandom(`${input.seed}/avatar/${input.index}`);
  const palette = random.pick(palettes);
  const side = canvasWidth;
  const [near, far] = random.isLucky(0.5) ? [palette.land[2], palette.light] : [palette.light, palette.land[3]];
  const lean = (random.next() - 0.5) * 100;
  const content = `<circle cx="${540 + lean}" cy="420" r="${170 + random.int(40)}" fill="${near}"/>
    <ellipse cx="${540 - lean / 2}" cy="1050" rx="${350 + random.int(90)}" ry="390" fill="${near}"/>
    <circle cx="${random.int(side)}" cy="${random.int(340)}" r="${50 + random.int(100)}" fill="${far}" opacity="0.35"/>`;
  const canvas = { width: side, height: side };
  return { svg: frame({ width: 320, height: 320 }, { canvas, palette, content }), alt: "" };
}

interface Size {
  width: number;
  height: number;
}

function frame(size: Size, inside: { canvas: Size; palette: Palette; content: string }): string {
  const { canvas, palette, content } = inside;
  const [top, middle, bottom] = palette.sky;
  const viewBox = `0 0 ${canvas.width} ${canvas.height}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="${viewBox}">
    <defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="${top}"/><stop offset="0.6" stop-color="${middle}"/><stop offset="1" stop-color="${bottom}"/>
    </linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#sky)"/>${content}</svg>`;
}

function sun(random: Random, size: Size, palette: Palette): string {
  const x = size.width * (0.15 + random.next() * 0.7);
  const y = size.height * (0.15 + random.next() * 0.3);
  const radius = 40 + random.int(60);
  return `<circle cx="${x}" cy="${y}" r="${radius * 2.2}" fill="${palette.light}" opacity="0.18"/>
    <circle cx="${x}" cy="${y}" r="${radius}" fill="${palette.light}" opacity="0.95"/>`;
}

function drawHills(random: Random, size: Size, palette: Palette): string {
  const { width, height } = size;
  const layers = palette.land.map((colour, at) => {
    const base = height * (0.5 + at * 0.12);
    const swing = height * (0.05 + random.next() * 0.06);
    const shift = random.next() * width;
    const points = Array.from({ length: 13 }, (_, step) => {
      const x = (width / 12) * step;
      return `${x.toFixed(0)},${(base + Math.sin((x + shift) / (width / 7)) * swing).toFixed(0)}`;
    });
    return `<path d="M0,${height} L${points.join(" L")} L${width},${height} Z" fill="${colour}" stroke-linejoin="round"/>`;
  });
  return sun(random, size, palette) + layers.join("");
}

function drawMountains(random: Random, size: Size, palette: Palette): string {
  const { width, height } = size;
  const layers = palette.land.map((colour, at) => {
    const base = height * (0.62 + at * 0.1);
    const peaks = Array.from({ length: 7 + at }, (_, step) => {
      const x = (width / (6 + at)) * step;
      const lift = (step % 2 === 0 ? 0.3 : 0.06) * height * (0.5 + random.next() * 0.6);
      return `${x.toFixed(0)},${(base - lift).toFixed(0)}`;
    });
    return `<path d="M0,${height} L${peaks.join(" L")} L${width},${height} Z" fill="${colour}"/>`;
  });
  return sun(random, size, palette) + layers.join("");
}

function drawSea(random: Random, size: Size, palette: Palette): string {
  const { width, height } = size;
  const horizon = height * (0.45 + random.next() * 0.15);
  const waves = Array.from({ length: 26 }, (_, at) => {
    const y = horizon + (height - horizon) * ((at + 1) / 26) ** 1.6;
    const length = width * (0.08 + random.next() * 0.25);
    return `<rect x="${(random.next() * width).toFixed(0)}" y="${y.toFixed(0)}" width="${length.toFixed(0)}" height="${3 + at / 4}"
      rx="2" fill="${palette.light}" opacity="${(0.12 + random.next() * 0.25).toFixed(2)}"/>`;
  });
  const sail = random.isLucky(0.5)
    ? `<path d="M${width * 0.3},${horizon - 6} l0,-90 l60,90 Z" fill="${palette.light}"/>`
    : "";
  return `${sun(random, size, palette)}<rect y="${horizon}" width="${width}" height="${height}" fill="${palette.land[2]}"/>
    ${sail}${waves.join("")}`;
}

function drawTown(random: Random, size: Size, palette: Palette): string {
  const { width, height } = size;
  const houses: string[] = [];
  for (const [at, colour] of palette.land.entries()) {
    for (let x = -20; x < width; ) {
      const span = 60 + random.int(90);
      const top = height * (0.35 + at * 0.15 + random.next() * 0.12);
      houses.push(`<rect x="${x}" y="${top.toFixed(0)}" width="${span}" height="${height}" fill="${colour}"/>`);
      for (let row = 0; row < 4; row += 1) {
        if (random.isLucky(0.5)) continue;
        const [left, down] = [x + 12 + random.int(Math.max(1, span - 36)), top + 24 + row * 46];
        houses.push(
          `<rect x="${left}" y="${down.toFixed(0)}" width="16" height="22" fill="${palette.light}" opacity="0.7"/>`,
        );
      }
      x += span + random.int(12);
    }
  }
  return sun(random, size, palette) + houses.join("");
}

function drawTiles(random: Random, size: Size, palette: Palette): string {
  const side = 90 + random.int(4) * 45;
  const colours = [...palette.land, palette.light, palette.sky[1]];
  const tiles: string[] = [];
  for (let y = 0; y < size.height; y += side) {
    for (let x = 0; x < size.width; x += side) {
      const [ground, figure] = [random.pick(colours), random.pick(colours)];
      const turn = random.int(4) * 90;
      tiles.push(`<g transform="translate(${x},${y}) rotate(${turn},${side / 2},${side / 2})">
        <rect width="${side}" height="${side}" fill="${ground}"/>
        <path d="M0,0 A${side},${side} 0 0 1 ${side},${side} L0,${side} Z" fill="${figure}"/></g>`);
    }
  }
  return tiles.join("");
}

function drawLights(random: Random, size: Size, palette: Palette): string {
  return Array.from({ length: 40 }, () => {
    const colour = random.pick([palette.light, palette.sky[2], palette.land[0], palette.sky[1]]);
    return `<circle cx="${random.int(size.width)}" cy="${random.int(size.height)}" r="${20 + random.int(110)}"
      fill="${colour}" opacity="${(0.12 + random.next() * 0.35).toFixed(2)}"/>`;
  }).join("");
}
