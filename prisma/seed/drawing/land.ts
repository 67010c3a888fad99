// Scenes under an open sky. Each fills the sheet.
import { at, bell, glow, landPath, linear, mix, roughLine, type Sheet, sky } from "./shapes.ts";

interface LayerShape {
  /** Where the farthest and the nearest line lie, as shares of the height. */
  from: number;
  to: number;
  /** How far lines reach up and down, as a share of the height. */
  swing: number;
  roughness: number;
}

const layerCount = 6;

/** Lines of land, one before the other, each rising out of the haze of the one behind it. */
function layers(sheet: Sheet, shape: LayerShape): string {
  const { width, height, random, palette } = sheet;
  return Array.from({ length: layerCount }, (_, index) => {
    const share = index / (layerCount - 1);
    const colour =
      share < 0.5
        ? mix(palette.land[0], palette.land[2], share * 2)
        : mix(palette.land[2], palette.land[3], share * 2 - 1);
    const hazed = mix(mix(palette.sky[2], palette.land[0], 0.35), colour, 0.25 + share * 0.75);
    const base = height * (shape.from + (shape.to - shape.from) * share);
    const line = roughLine(random, 7, shape.roughness);
    const path = landPath({ width, height }, line, base, height * shape.swing * (1.1 - share * 0.5));
    const id = `layer${index}`;
    return `<defs>${linear(id, [hazed, mix(hazed, palette.sky[2], 0.12 * (1 - share)), mix(hazed, palette.sky[2], 0.5 * (1 - share))])}</defs>
      <path d="${path}" fill="url(#${id})"/>`;
  }).join("");
}

function sunSomewhere(sheet: Sheet, from = 0.16, to = 0.36): string {
  const { width, height, random } = sheet;
  const y = height * (from + random.next() * (to - from));
  return glow(sheet, width * (0.18 + random.next() * 0.64), y, 34 + random.int(34));
}

function birds({ width, height, random, palette }: Sheet): string {
  const [x, y] = [width * (0.2 + random.next() * 0.5), height * (0.15 + random.next() * 0.15)];
  const wings = Array.from({ length: 3 + random.int(5) }, () => {
    const span = 9 + random.int(9);
    const [left, top] = [x + random.int(220), y + random.int(90)];
    return `<path d="M${at(left)},${at(top)} q${span / 2},${-span / 2} ${span},0 q${span / 2},${-span / 2} ${span},0"/>`;
  });
  return `<g fill="none" stroke="${palette.land[3]}" stroke-width="3" opacity="0.7">${wings.join("")}</g>`;
}

/** A pine that stands on (x, y). */
function pine(x: number, y: number, size: number, colour: string): string {
  const tiers = [0, 1, 2, 3].map((tier) => {
    const half = size * (0.09 + tier * 0.055);
    const top = y - size + tier * size * 0.2;
    return `M${at(x)},${at(top)} L${at(x + half)},${at(top + size * 0.34)} L${at(x - half)},${at(top + size * 0.34)} Z`;
  });
  return `<path d="${tiers.join(" ")} M${at(x - 3)},${at(y - 10)} h6 v14 h-6 Z" fill="${colour}"/>`;
}

function pines(sheet: Sheet, input: { count: number; ground: number; size: number; colour: string }): string {
  const { width, height, random } = sheet;
  return Array.from({ length: input.count }, (_, index) => {
    const x = (width / input.count) * (index + random.next());
    const size = height * input.size * (0.6 + random.next() * 0.7);
    return pine(x, height * input.ground + random.int(40), size, input.colour);
  }).join("");
}

export function drawRidges(sheet: Sheet): string {
  const { random, palette, height } = sheet;
  const land = layers(sheet, { from: 0.45, to: 0.88, swing: 0.34, roughness: 0.52 });
  const wood = random.isLucky(0.6)
    ? pines(sheet, { count: 9 + random.int(8), ground: 0.99, size: 0.16, colour: palette.land[3] })
    : "";
  const flock = random.isLucky(0.5) ? birds(sheet) : "";
  return `${sky(sheet)}${sunSomewhere(sheet)}${flock}${land}${wood}${height > 1_200 ? birds(sheet) : ""}`;
}

export function drawForest(sheet: Sheet): string {
  const { width, height, palette } = sheet;
  const rows = [0, 1, 2, 3].map((row) => {
    const colour = mix(mix(palette.sky[2], palette.land[1], 0.4), palette.land[3], row / 3);
    const ground = 0.62 + row * 0.11;
    const mist = `<rect y="${at(height * (ground - 0.1))}" width="${width}" height="${at(height * 0.2)}" fill="url(#mist)"/>`;
    const floor = `<rect y="${at(height * (row < 3 ? ground : 0.9))}" width="${width}" height="${height}" fill="${colour}"/>`;
    return `${pines(sheet, { count: 15 - row * 3, ground: ground + 0.01, size: 0.3 + row * 0.12, colour })}${floor}${row < 3 ? mist : ""}`;
  });
  const mistColour = palette.sky[2];
  return `${sky(sheet)}<defs>${linear("mist", [
    [mistColour, 0],
    [mistColour, 0.55],
    [mistColour, 0],
  ])}</defs>
    ${sunSomewhere(sheet, 0.2, 0.4)}${rows.join("")}`;
}

export function drawDogWalk(sheet: Sheet): string {
  const { width, height, random, palette } = sheet;
  const base = height * 0.86;
  const line = roughLine(random, 3, 0.4);
  const hill = landPath(sheet, line, base, height * 0.05);
  const [x, y, side] = [width * (0.3 + random.next() * 0.35), base + 6, random.isLucky(0.5) ? 1 : -1];
  const dog = `<g transform="translate(${at(x)},${at(y)}) scale(${side * 1.7},1.7)" fill="${palette.land[3]}">
    <path d="M-62,-84 q-26,-22 -20,-46 q10,22 30,32 q44,-10 84,0 q10,-30 32,-38 l4,-22 l16,20 q22,4 30,18 q-6,14 -28,14 q-14,26 -22,44
      l2,78 h-14 l-8,-62 q-34,10 -66,2 l-12,24 l4,36 h-14 l-8,-42 Z"/></g>`;
  const backdrop = random.isLucky(0.5)
    ? layers(sheet, { from: 0.5, to: 0.8, swing: 0.16, roughness: 0.45 })
    : pines(sheet, { count: 14, ground: 0.84, size: 0.3, colour: mix(palette.sky[2], palette.land[1], 0.55) });
  return `${sky(sheet)}${sunSomewhere(sheet, 0.3, 0.5)}${backdrop}<path d="${hill}" fill="${palette.land[3]}"/>${dog}`;
}

export function drawSea(sheet: Sheet): string {
  const { width, height, random, palette } = sheet;
  const horizon = height * (0.42 + random.next() * 0.14);
  const sunX = width * (0.25 + random.next() * 0.5);
  const water = [
    mix(palette.sky[2], palette.land[1], 0.35),
    mix(palette.sky[0], palette.land[2], 0.55),
    mix(palette.sky[0], palette.land[3], 0.6),
  ];
  const glitter = Array.from({ length: 150 }, () => {
    const depth = random.next() ** 1.5;
    const y = horizon + 4 + (height - horizon) * depth;
    const length = 10 + depth * 90 * random.next();
    const x = sunX + bell(random) * (30 + depth * 260);
    return `<ellipse cx="${at(x)}" cy="${at(y)}" rx="${at(length)}" ry="${at(1.4 + depth * 3)}" opacity="${at(0.25 + random.next() * 0.5)}"/>`;
  });
  const sail = random.isLucky(0.5) ? drawSail(sheet, horizon) : "";
  const beach = random.isLucky(0.45) ? drawBeach(sheet) : "";
  const island = random.isLucky(0.4)
    ? `<path d="${landPath(
        { width: width * 0.5, height: horizon },
        roughLine(random, 5, 0.5).map(
          (rise, index, all) => rise * 0.4 + Math.sin((index / (all.length - 1)) * Math.PI),
        ),
        horizon,
        height * 0.06,
      )}" fill="${mix(palette.sky[2], palette.land[1], 0.6)}"/>`
    : "";
  return `${sky(sheet)}${glow(sheet, sunX, horizon - height * (0.05 + random.next() * 0.18), 40 + random.int(26))}
    <defs>${linear("water", water)}</defs>${island}
    <rect y="${at(horizon)}" width="${width}" height="${at(height - horizon)}" fill="url(#water)"/>
    <g fill="${palette.light}">${glitter.join("")}</g>${sail}${beach}`;
}

function drawSail({ width, random, palette }: Sheet, horizon: number): string {
  const x = width * (0.15 + random.next() * 0.7);
  return `<g transform="translate(${at(x)},${at(horizon + 22)})"><path d="M0,-118 L0,-14 L-52,-14 Z" fill="${palette.light}"/>
    <path d="M8,-96 L8,-14 L54,-14 Z" fill="${mix(palette.light, palette.land[0], 0.3)}"/>
    <path d="M-58,-8 L64,-8 L46,14 L-42,14 Z" fill="${palette.land[3]}"/></g>`;
}

function drawBeach({ width, height, palette }: Sheet): string {
  const shore = (rise: number) =>
    `M0,${at(height * (0.88 - rise))} C${at(width * 0.35)},${at(height * (0.8 - rise))} ${at(width * 0.6)},${at(height * (0.96 - rise))} ${width},${at(height * (0.84 - rise))} L${width},${height} L0,${height} Z`;
  const sand = mix("#ecd2a4", palette.sky[1], 0.25);
  return `<path d="${shore(0.045)}" fill="${palette.light}" opacity="0.35"/><path d="${shore(0.025)}" fill="${palette.light}" opacity="0.8"/>
    <path d="${shore(0)}" fill="${sand}"/>`;
}

/** A road that winds away over hills. */
export function drawRoad(sheet: Sheet): string {
  const { width, height, random, palette } = sheet;
  const far = layers(sheet, { from: 0.42, to: 0.6, swing: 0.2, roughness: 0.48 });
  const top = height * 0.62;
  const bend = (random.isLucky(0.5) ? 1 : -1) * width * 0.22;
  const middle = width * 0.5;
  const edge = (share: number) =>
    `M${at(middle + share * 9)},${at(top)} C${at(middle + bend + share * 26)},${at(top + height * 0.06)} ${at(middle - bend * 1.4 + share * 90)},${at(top + height * 0.14)} ${at(middle + bend * 0.3 + share * 330)},${height}`;
  const back = `${at(middle + bend * 0.3 - 330)},${height} C${at(middle - bend * 1.4 - 90)},${at(top + height * 0.14)} ${at(middle + bend - 26)},${at(top + height * 0.06)} ${at(middle - 9)},${at(top)} Z`;
  const meadow = landPath(sheet, roughLine(random, 4, 0.4), top + 6, height * 0.02);
  return `${sky(sheet)}${sunSomewhere(sheet)}${far}<defs>${linear("meadow", [palette.land[1], palette.land[2], palette.land[3]])}</defs>
    <path d="${meadow}" fill="url(#meadow)"/><path d="${edge(1)} L${back}" fill="${mix(palette.land[3], "#3a3a44", 0.6)}"/>
    <path d="${edge(0)}" fill="none" stroke="${palette.light}" stroke-width="7" stroke-dasharray="34 30" opacity="0.85"/>
    ${random.isLucky(0.6) ? birds(sheet) : ""}`;
}

/** The galaxy, or northern lights, over a tent. */
export function drawStars(sheet: Sheet): string {
  const { width, height, random, palette } = sheet;
  const tilt = (random.next() - 0.5) * 1.2;
  const stars = Array.from({ length: 520 }, (_, index) => {
    const isOfBand = index % 2 === 0;
    const x = random.next() * width;
    const y = isOfBand
      ? height * 0.36 + (x - width / 2) * tilt + bell(random) * height * 0.13
      : random.next() * height * 0.85;
    const radius = 0.8 + random.next() ** 6 * 4.2;
    return `<circle cx="${at(x)}" cy="${at(y)}" r="${at(radius)}" opacity="${at(0.3 + random.next() * 0.7)}"/>`;
  });
  const isAurora = random.isLucky(0.4);
  const ground = landPath(sheet, roughLine(random, 6, 0.5), height * 0.86, height * 0.12);
  const [x, y] = [width * (0.25 + random.next() * 0.5), height * 0.93];
  const tent = `<circle cx="${at(x)}" cy="${at(y - 30)}" r="190" fill="url(#lamp)"/>
    <path d="M${at(x - 78)},${at(y)} L${at(x)},${at(y - 92)} L${at(x + 78)},${at(y)} Z" fill="#ffb454"/>
    <path d="M${at(x - 14)},${at(y)} L${at(x)},${at(y - 92)} L${at(x + 20)},${at(y)} Z" fill="#8a4a17"/>`;
  return `<defs>${linear("dark", ["#04060f", "#0b1836", mix("#16305c", palette.sky[1], 0.3)])}
    ${linear("aurora", [
      ["#6bffc4", 0],
      ["#4fe3b0", 0.55],
      ["#7b5cff", 0.05],
    ])}
    <radialGradient id="lamp"><stop offset="0" stop-color="#ffb454" stop-opacity="0.55"/><stop offset="1" stop-color="#ffb454" stop-opacity="0"/></radialGradient></defs>
    <rect width="100%" height="100%" fill="url(#dark)"/>${isAurora ? drawAurora(sheet) : ""}
    <g fill="#ffffff">${stars.join("")}</g><path d="${ground}" fill="#05070f"/>${tent}`;
}

function drawAurora({ width, height, random }: Sheet): string {
  const start = random.next() * 4;
  return Array.from({ length: 64 }, (_, index) => {
    const x = (width / 63) * index;
    const bottom = height * (0.55 + Math.sin(start + index / 9) * 0.1);
    const tall = height * (0.3 + 0.14 * Math.sin(start * 2 + index / 4));
    return `<rect x="${at(x - 14)}" y="${at(bottom - tall)}" width="30" height="${at(tall)}" fill="url(#aurora)" opacity="${at(0.35 + random.next() * 0.3)}"/>`;
  }).join("");
}
