// Scenes of rooms, streets and gardens. Each fills the sheet.
import { at, bell, glow, landPath, linear, mix, roughLine, type Sheet, sky } from "./shapes.ts";

export function drawTown(sheet: Sheet): string {
  const { width, height, random, palette } = sheet;
  const rows = palette.land.map((colour, row) => {
    const hazed = mix(palette.sky[2], colour, 0.35 + row * 0.21);
    const houses: string[] = [];
    for (let x = -30; x < width; ) {
      const span = 56 + random.int(84) + row * 16;
      const top = height * (0.3 + row * 0.15 + random.next() * 0.14);
      houses.push(
        house({ x, top, span, height, colour: mix(hazed, palette.land[3], random.next() * 0.16), row }, sheet),
      );
      x += span + (random.isLucky(0.3) ? 6 : 0);
    }
    return houses.join("");
  });
  const lamp = glow(sheet, width * (0.2 + random.next() * 0.6), height * (0.14 + random.next() * 0.16), 40);
  return `${sky(sheet)}${lamp}${rows.join("")}`;
}

function house(
  of: { x: number; top: number; span: number; height: number; colour: string; row: number },
  sheet: Sheet,
): string {
  const { random, palette } = sheet;
  const { x, top, span, height, colour, row } = of;
  const roof = random.isLucky(0.3)
    ? `<path d="M${at(x)},${at(top + 1)} l${at(span / 2)},${at(-span * 0.4)} l${at(span / 2)},${at(span * 0.4)} Z" fill="${colour}"/>`
    : random.isLucky(0.25)
      ? `<rect x="${at(x + span * 0.45)}" y="${at(top - 46)}" width="5" height="48" fill="${colour}"/>`
      : "";
  const lit = mix("#ffd27a", palette.light, 0.4);
  const [gap, pane] = [24 + row * 5, 9 + row * 3];
  const panes: string[] = [];
  for (let left = x + gap * 0.5; left < x + span - pane - 4; left += gap) {
    for (let down = top + 20; down < Math.min(height, top + 330); down += gap * 1.5) {
      if (random.isLucky(0.45)) panes.push(`M${at(left)},${at(down)} h${pane} v${at(pane * 1.5)} h${-pane} Z`);
    }
  }
  return `${roof}<rect x="${at(x)}" y="${at(top)}" width="${at(span)}" height="${height}" fill="${colour}"/><path d="${panes.join(" ")}" fill="${lit}" opacity="${at(0.35 + row * 0.17)}"/>`;
}

const walls = ["#d98f6c", "#e2b36a", "#7fa3a5", "#c9696b", "#e8d9c3", "#8a9a78", "#5e7fa3"] as const;
const doors = ["#27474e", "#7a2e2e", "#2f5d50", "#3d3a5c", "#8a5a2b", "#1f4e79"] as const;

export function drawDoor(sheet: Sheet): string {
  const { width, height, random, palette } = sheet;
  const [wall, door] = [random.pick(walls), random.pick(doors)];
  const [wide, x, floor] = [width * 0.36, width * (0.3 + random.next() * 0.1), height * 0.86];
  const top = height * 0.34;
  const arch = (grow: number) =>
    `M${at(x - grow)},${at(floor)} V${at(top + wide / 2)} A${at(wide / 2 + grow)},${at(wide / 2 + grow)} 0 0 1 ${at(x + wide + grow)},${at(top + wide / 2)} V${at(floor)} Z`;
  const panels = [0, 1].flatMap((column) =>
    [0.5, 0.72].map(
      (share) =>
        `<rect x="${at(x + wide * (0.1 + column * 0.44))}" y="${at(top + (floor - top) * share)}" width="${at(wide * 0.36)}" height="${at((floor - top) * 0.18)}" fill="${mix(door, "#000000", 0.22)}" stroke="${mix(door, "#ffffff", 0.18)}" stroke-width="5"/>`,
    ),
  );
  const leaves = Array.from({ length: 60 }, () => {
    const [far, angle] = [Math.abs(bell(random)) * 92, random.next() * Math.PI * 2];
    return `<ellipse cx="${at(x + wide + 120 + Math.cos(angle) * far)}" cy="${at(floor - 170 + Math.sin(angle) * far * 1.2)}" rx="27" ry="12" transform="rotate(${random.int(180)},${at(x + wide + 120)},${at(floor - 170)})" fill="${random.pick(["#3f7d4e", "#5a9a58", "#2f6240", "#7ab36b"])}"/>`;
  });
  return `<defs>${linear("wall", [mix(wall, "#ffffff", 0.12), wall, mix(wall, "#000000", 0.2)], true)}</defs><rect width="100%" height="100%" fill="url(#wall)"/>
    <rect y="${at(floor)}" width="100%" height="100%" fill="${mix(wall, "#2a2522", 0.72)}"/><path d="${arch(34)}" fill="${mix(wall, "#ffffff", 0.55)}"/><path d="${arch(0)}" fill="${door}"/>
    <path d="M${at(x + wide * 0.06)},${at(top + wide / 2)} A${at(wide * 0.44)},${at(wide * 0.44)} 0 0 1 ${at(x + wide * 0.94)},${at(top + wide / 2)} Z" fill="${mix(palette.light, "#ffce7a", 0.6)}"/>
    ${panels.join("")}<rect x="${at(x + wide / 2 - 3)}" y="${at(top + wide / 2)}" width="6" height="${at(floor - top - wide / 2)}" fill="${mix(door, "#000000", 0.4)}"/>
    <circle cx="${at(x + wide / 2 + 22)}" cy="${at(top + (floor - top) * 0.68)}" r="11" fill="#e3b04b"/>
    <rect x="${at(x - 70)}" y="${at(floor - 4)}" width="${at(wide + 140)}" height="36" fill="${mix(wall, "#ffffff", 0.4)}"/>
    <path d="M${at(x + wide + 66)},${at(floor - 110)} h108 l-16,112 h-76 Z" fill="#b5623f"/>${leaves.join("")}
    <path d="M0,0 H${at(width * 0.62)} L0,${at(height * 0.8)} Z" fill="#000000" opacity="0.12"/>`;
}

export function drawCat(sheet: Sheet): string {
  const { width, height, random, palette } = sheet;
  const sill = height * 0.84;
  const view = landPath(sheet, roughLine(random, 6, 0.5), height * 0.66, height * 0.12);
  const frame = mix(palette.land[3], "#2a211c", 0.5);
  const [x, side] = [width * (0.32 + random.next() * 0.36), random.isLucky(0.5) ? 1 : -1];
  const coat = random.pick(["#1c1a1f", "#b4632a", "#4d4a50", "#e9e2d8", "#2d2320"]);
  const cat = `<g transform="translate(${at(x)},${at(sill)}) scale(${side * 1.9},1.9)" fill="${coat}">
    <path d="M70,-4 q70,4 84,-54 q4,-20 -10,-22 q-12,2 -12,18 q-6,34 -56,30 Z"/>
    <path d="M-62,0 q-14,-92 22,-132 q40,-34 78,0 q42,56 36,132 Z"/><circle cy="-172" r="52"/>
    <path d="M-48,-188 L-44,-246 L-8,-214 Z M48,-188 L44,-246 L8,-214 Z"/><rect x="-36" y="-60" width="26" height="62" rx="13"/><rect x="2" y="-60" width="26" height="62" rx="13"/></g>`;
  return `${sky(sheet)}${glow(sheet, width * (0.2 + random.next() * 0.6), height * 0.3, 52)}<path d="${view}" fill="${mix(palette.sky[2], palette.land[1], 0.6)}"/>
    <rect y="${at(sill)}" width="100%" height="100%" fill="${mix(frame, "#ffffff", 0.08)}"/><rect y="${at(sill)}" width="100%" height="16" fill="${mix(frame, palette.light, 0.35)}"/>
    <g fill="${frame}"><rect width="44" height="${at(sill)}"/><rect x="${width - 44}" width="44" height="${at(sill)}"/><rect width="100%" height="40"/>
      <rect x="${at(width / 2 - 13)}" width="26" height="${at(sill)}"/><rect y="${at(height * 0.36)}" width="100%" height="20"/></g>${cat}`;
}

const spines = [
  "#8c2f39",
  "#2f4858",
  "#d9a441",
  "#3f6b57",
  "#c9724b",
  "#efe6d5",
  "#4a3b61",
  "#1f2a38",
  "#a8b5a2",
] as const;

export function drawShelf(sheet: Sheet): string {
  const { width, height, random } = sheet;
  const wall = random.pick(["#e5d8c5", "#31443f", "#39394f", "#cfd6d2"]);
  const rows = 3;
  const tall = height / rows;
  const books = Array.from({ length: rows }, (_, row) => {
    const floor = (row + 1) * tall - 26;
    const line: string[] = [];
    for (let x = 26; x < width - 70; ) {
      const [wide, rise, colour] = [30 + random.int(46), tall * (0.55 + random.next() * 0.28), random.pick(spines)];
      if (random.isLucky(0.07)) x += 90;
      const lean = random.isLucky(0.08) ? -9 : 0;
      line.push(`<g transform="translate(${at(x)},${at(floor)}) rotate(${lean})"><rect y="${at(-rise)}" width="${wide}" height="${at(rise)}" rx="4" fill="${colour}"/>
        <rect y="${at(-rise)}" width="7" height="${at(rise)}" fill="#000000" opacity="0.2"/>
        <path d="M9,${at(-rise * 0.86)} h${wide - 16} M9,${at(-rise * 0.8)} h${wide - 16} M9,${at(-rise * 0.14)} h${wide - 16}" stroke="${mix(colour, "#ffffff", 0.6)}" stroke-width="4"/></g>`);
      x += wide + 3 + (lean === 0 ? 0 : 24);
    }
    return `${line.join("")}<rect y="${at(floor)}" width="100%" height="26" fill="#6e4a32"/><rect y="${at(floor + 26)}" width="100%" height="26" fill="#000000" opacity="0.25"/>`;
  });
  const [x, y] = [width * random.next(), height * random.next() * 0.5];
  return `<rect width="100%" height="100%" fill="${mix(wall, "#000000", 0.25)}"/>${books.join("")}
    <defs><radialGradient id="lamp"><stop offset="0" stop-color="#ffd9a0" stop-opacity="0.5"/><stop offset="1" stop-color="#ffd9a0" stop-opacity="0"/></radialGradient></defs>
    <circle cx="${at(x)}" cy="${at(y)}" r="${at(width * 0.85)}" fill="url(#lamp)"/>`;
}

const petals = ["#b58ae0", "#f2b5c4", "#ffd166", "#ffffff", "#ef7d57", "#8fb8ff"] as const;

/** Stems before a garden that is out of focus. */
export function drawGarden(sheet: Sheet): string {
  const { width, height, random, palette } = sheet;
  const petal = random.pick(petals);
  const blurs = Array.from({ length: 46 }, () => {
    const colour = random.pick(["#6fae5f", "#a5d07a", "#3f7d4e", "#d5e8a6", palette.light, mix(petal, "#ffffff", 0.3)]);
    return `<circle cx="${random.int(width)}" cy="${random.int(height)}" r="${30 + random.int(100)}" fill="${colour}" opacity="${at(0.1 + random.next() * 0.2)}"/>`;
  });
  const stems = Array.from({ length: 15 }, (_, index) =>
    drawStem(sheet, { x: (width / 14) * index + bell(random) * 40, petal }),
  );
  return `<defs>${linear("green", [mix(palette.sky[2], "#cfe8a9", 0.4), "#6fa35c", "#234a33"])}</defs><rect width="100%" height="100%" fill="url(#green)"/>${blurs.join("")}${stems.join("")}`;
}

function drawStem({ height, random }: Sheet, of: { x: number; petal: string }): string {
  const [tall, lean] = [height * (0.35 + random.next() * 0.42), bell(random) * 110];
  const green = random.pick(["#2f6240", "#3f7d4e", "#4f8f4a"]);
  const parts = Array.from({ length: 11 }, (_, index) => {
    const share = 0.12 + index * 0.055;
    const [x, y, side] = [lean * share ** 2, -tall * share, index % 2 === 0 ? 1 : -1];
    return `<ellipse cx="${at(x + side * 30)}" cy="${at(y - 16)}" rx="36" ry="12" transform="rotate(${side * -32},${at(x)},${at(y)})" fill="${mix(green, "#b7dc8a", random.next() * 0.4)}"/>`;
  });
  const bloom = Array.from({ length: 26 }, (_, index) => {
    const share = 0.74 + index * 0.0105;
    const spread = 30 * (1.05 - (share - 0.74) / 0.28);
    return `<circle cx="${at(lean * share ** 2 + bell(random) * spread)}" cy="${at(-tall * share)}" r="${at(7 + random.next() * 9)}" fill="${mix(of.petal, random.isLucky(0.5) ? "#ffffff" : "#5b3a78", random.next() * 0.35)}"/>`;
  });
  return `<g transform="translate(${at(of.x)},${at(height + 10)})"><path d="M0,0 Q0,${at(-tall / 2)} ${at(lean)},${at(-tall)}" fill="none" stroke="${green}" stroke-width="7"/>${parts.join("")}${bloom.join("")}</g>`;
}

/** Strips of film before a lamp, with a small picture in each frame. */
export function drawFilm(sheet: Sheet): string {
  const { width, height, random, palette } = sheet;
  const [turn, tall] = [random.int(24) - 12, 330];
  const strips = [-1, 0, 1, 2].map((row) => {
    const y = height * 0.5 + (row - 0.5) * (tall + 60) - tall / 2;
    const holes = Array.from(
      { length: 36 },
      (_, index) =>
        `<rect x="${-180 + index * 46}" y="${at(y + 14)}" width="24" height="30" rx="6"/><rect x="${-180 + index * 46}" y="${at(y + tall - 44)}" width="24" height="30" rx="6"/>`,
    );
    const frames = Array.from({ length: 5 }, (_, index) =>
      drawFrame(sheet, { x: -200 + index * 330 + row * 70, y: y + 58, wide: 310, tall: tall - 116 }),
    );
    return `<rect x="-300" y="${at(y)}" width="${width + 600}" height="${tall}" fill="#1a1310"/><g fill="${palette.light}" opacity="0.92">${holes.join("")}</g>${frames.join("")}`;
  });
  return `<rect width="100%" height="100%" fill="${mix(palette.light, "#ffffff", 0.5)}"/><g transform="rotate(${turn},${width / 2},${at(height / 2)})">${strips.join("")}</g>`;
}

function drawFrame({ random, palette }: Sheet, of: { x: number; y: number; wide: number; tall: number }): string {
  const base = of.tall * (0.5 + random.next() * 0.2);
  const hill = landPath({ width: of.wide, height: of.tall }, roughLine(random, 4, 0.5), base, of.tall * 0.35);
  const near = landPath(
    { width: of.wide, height: of.tall },
    roughLine(random, 4, 0.5),
    base + of.tall * 0.2,
    of.tall * 0.2,
  );
  const tone = mix(random.pick([...palette.sky]), "#d98a4a", 0.3);
  return `<g transform="translate(${at(of.x)},${at(of.y)})"><rect width="${of.wide}" height="${of.tall}" fill="${tone}"/>
    <circle cx="${at(of.wide * (0.2 + random.next() * 0.6))}" cy="${at(of.tall * 0.28)}" r="20" fill="${palette.light}"/>
    <path d="${hill}" fill="${mix(tone, "#2a1408", 0.4)}"/><path d="${near}" fill="${mix(tone, "#1a0c05", 0.72)}"/></g>`;
}
