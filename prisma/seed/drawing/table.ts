// Scenes seen from above, on a table. Each fills the sheet.
import { at, linear, mix, radial, type Sheet, shadow, shadowDef, windowLight } from "./shapes.ts";

const woods = ["#8a5a3b", "#6f4630", "#b98a5e", "#4a352b", "#c9b8a3", "#39424a"] as const;
const linens = ["#e9e2d5", "#d5dcd6", "#e4cfc0", "#c5cdd6"] as const;

function planks({ width, height, random }: Sheet): string {
  const wood = random.pick(woods);
  const count = 5 + random.int(3);
  const span = width / count;
  return Array.from({ length: count }, (_, index) => {
    const colour = mix(wood, random.isLucky(0.5) ? "#000000" : "#ffffff", random.next() * 0.1);
    const grains = Array.from({ length: 5 }, () => {
      const x = index * span + random.next() * span;
      return `<path d="M${at(x)},0 q${at(random.next() * 14 - 7)},${height / 2} 0,${height}"/>`;
    });
    return `<rect x="${at(index * span)}" width="${at(span - 3)}" height="${height}" fill="${colour}"/>
      <g stroke="${mix(colour, "#000000", 0.3)}" stroke-width="2" fill="none" opacity="0.35">${grains.join("")}</g>`;
  }).join("");
}

function cloth({ width, height, random }: Sheet): string {
  const [x, y, turn] = [width * random.next() * 0.5, height * (0.3 + random.next() * 0.4), random.int(40) - 20];
  const colour = random.pick(linens);
  const stripes = [0.08, 0.12, 0.88, 0.92].map(
    (share) => `<rect x="${at(760 * share)}" width="10" height="1400" fill="#7a3b34" opacity="0.35"/>`,
  );
  return `<g transform="translate(${at(x)},${at(y)}) rotate(${turn})"><rect x="12" y="16" width="760" height="1400" fill="#000000" opacity="0.22"/>
    <rect width="760" height="1400" fill="${colour}"/>${stripes.join("")}</g>`;
}

interface Place {
  x: number;
  y: number;
}

function middle({ width, height, random }: Sheet): Place {
  return { x: width * (0.42 + random.next() * 0.16), y: height * (0.44 + random.next() * 0.12) };
}

function table(sheet: Sheet, things: string): string {
  const ground = `<rect width="100%" height="100%" fill="#40342c"/>${planks(sheet)}`;
  return `<defs>${shadowDef}</defs>${ground}${sheet.random.isLucky(0.5) ? cloth(sheet) : ""}${things}${windowLight(sheet)}`;
}

function disc({ x, y }: Place, radius: number, fill: string): string {
  return `<circle cx="${at(x)}" cy="${at(y)}" r="${at(radius)}" fill="${fill}"/>`;
}

const wares = ["#f3efe7", "#2f4858", "#d9795d", "#dfe3df", "#7c9a86", "#26262b"] as const;

export function drawCoffee(sheet: Sheet): string {
  const { random } = sheet;
  const cup = middle(sheet);
  const radius = 200 + random.int(50);
  const ware = random.pick(wares);
  const turn = random.int(360);
  const handle = `<rect x="${at(radius * 0.85)}" y="${at(-radius * 0.13)}" width="${at(radius * 0.55)}" height="${at(radius * 0.26)}" rx="${at(radius * 0.13)}" fill="${mix(ware, "#000000", 0.08)}"/>`;
  const leaves = Array.from({ length: 5 }, (_, index) => {
    const [y, half] = [radius * (0.42 - index * 0.2), radius * (0.5 - index * 0.07)];
    return `<path d="M0,${at(y)} C${at(half)},${at(y - half * 0.2)} ${at(half * 0.9)},${at(y - half)} ${at(half * 0.1)},${at(y - half * 0.5)}
      L0,${at(y - half * 0.3)} L${at(-half * 0.1)},${at(y - half * 0.5)} C${at(-half * 0.9)},${at(y - half)} ${at(-half)},${at(y - half * 0.2)} 0,${at(y)} Z"/>`;
  });
  const spoon = `<g transform="rotate(24)"><rect x="${at(radius * 1.05)}" y="${at(-radius * 0.9)}" width="16" height="${at(radius * 1.4)}" rx="8" fill="#c9ccd1"/>
    <ellipse cx="${at(radius * 1.05 + 8)}" cy="${at(-radius * 0.95)}" rx="27" ry="42" fill="#d9dce0"/></g>`;
  const drink = radial("drink", ["#a9693a", "#8d5228", "#5f3517"]);
  return table(
    sheet,
    `<defs>${drink}</defs>${shadow(cup.x, cup.y, radius * 1.5)}${disc(cup, radius * 1.5, mix(ware, "#000000", 0.05))}${disc(cup, radius * 1.2, mix(ware, "#000000", 0.11))}
    <g transform="translate(${at(cup.x)},${at(cup.y)}) rotate(${turn})">${spoon}${handle}</g>${shadow(cup.x, cup.y, radius)}${disc(cup, radius, ware)}${disc(cup, radius * 0.88, "url(#drink)")}
    <g transform="translate(${at(cup.x)},${at(cup.y)}) rotate(${turn})" fill="#f3e3cb" opacity="0.93">${leaves.join("")}</g>`,
  );
}

export function drawBread(sheet: Sheet): string {
  const { random } = sheet;
  const loaf = middle(sheet);
  const radius = 290 + random.int(60);
  const cuts = Array.from({ length: 9 }, (_, index) => {
    const y = radius * (0.62 - index * 0.155);
    const reach = radius * 0.44 * Math.sqrt(Math.max(0.1, 1 - (y / radius) ** 2));
    return `<path d="M0,${at(y)} q${at(reach * 0.5)},${at(-reach * 0.5)} ${at(reach)},${at(-reach * 0.45)} M0,${at(y)} q${at(-reach * 0.5)},${at(-reach * 0.5)} ${at(-reach)},${at(-reach * 0.45)}"/>`;
  });
  const flour = Array.from({ length: 110 }, () => {
    const [angle, far] = [random.next() * Math.PI * 2, radius * (0.2 + random.next() * 1.25)];
    return `<circle cx="${at(Math.cos(angle) * far)}" cy="${at(Math.sin(angle) * far)}" r="${at(1 + random.next() * 3.5)}"/>`;
  });
  const rings = [0.9, 0.78, 0.66].map(
    (share) =>
      `<circle r="${at(radius * share)}" fill="none" stroke="#f6e5cb" stroke-width="${at(radius * 0.05)}" opacity="0.28"/>`,
  );
  return table(
    sheet,
    `<defs>${radial("crust", ["#d99a52", "#bd7433", "#8f4d1f", "#5d2f14"])}</defs>${shadow(loaf.x, loaf.y, radius)}${disc(loaf, radius, "url(#crust)")}
    <g transform="translate(${at(loaf.x)},${at(loaf.y)}) rotate(${random.int(360)})">${rings.join("")}
      <g fill="none" stroke="#f4dfbd" stroke-width="13" stroke-linecap="round">${cuts.join("")}<path d="M0,${at(radius * 0.72)} V${at(-radius * 0.74)}"/></g>
      <g fill="#fff7ea" opacity="0.75">${flour.join("")}</g></g>`,
  );
}

export function drawBowl(sheet: Sheet): string {
  const { random } = sheet;
  const bowl = middle(sheet);
  const radius = 290 + random.int(50);
  const ware = random.pick(wares);
  const noodles = Array.from({ length: 16 }, (_, index) => {
    const [y, swing] = [-radius * 0.55 + index * radius * 0.075, 30 + random.int(60)];
    const half = Math.sqrt(Math.max(0, (radius * 0.76) ** 2 - y ** 2));
    return `<path d="M${at(-half)},${at(y)} q${at(half / 2)},${at(-swing)} ${at(half)},0 t${at(half)},0"/>`;
  });
  const egg = (x: number, y: number) =>
    `<g transform="translate(${at(x)},${at(y)}) rotate(${random.int(360)})"><ellipse rx="74" ry="90" fill="#fffaf0"/><circle cy="10" r="42" fill="#f5a623"/><circle cy="10" r="27" fill="#ffbf47"/></g>`;
  const greens = Array.from({ length: 26 }, () => {
    const [x, y] = [(random.next() - 0.2) * radius * 0.8, (random.next() - 0.1) * radius * 0.7];
    return `<circle cx="${at(x)}" cy="${at(y)}" r="13" fill="none" stroke="${random.pick(["#7fb85b", "#a6d17e", "#4f8f3d"])}" stroke-width="6"/>`;
  });
  const sticks = `<g transform="rotate(-34)"><rect x="${at(-radius * 1.5)}" y="${at(-radius * 0.96)}" width="${at(radius * 2.4)}" height="15" rx="7" fill="#6b3a22"/>
    <rect x="${at(-radius * 1.5)}" y="${at(-radius * 0.86)}" width="${at(radius * 2.4)}" height="15" rx="7" fill="#7c4629"/></g>`;
  const seaweed = `<path d="M${at(-radius * 0.8)},${at(-radius * 0.4)} l120,-130 l130,110 l-120,140 Z" fill="#1f3a2c"/>`;
  return table(
    sheet,
    `<defs>${radial("broth", ["#e2a04f", "#cf8436", "#a85f20"])}</defs>${shadow(bowl.x, bowl.y, radius)}${disc(bowl, radius, ware)}${disc(bowl, radius * 0.9, mix(ware, "#000000", 0.22))}${disc(bowl, radius * 0.86, "url(#broth)")}
    <g transform="translate(${at(bowl.x)},${at(bowl.y)}) rotate(${random.int(360)})"><g fill="none" stroke="#f6dc9c" stroke-width="13" stroke-linecap="round">${noodles.join("")}</g>
      ${seaweed}${egg(-radius * 0.3, radius * 0.34)}${egg(radius * 0.06, radius * 0.5)}${greens.join("")}</g>
    <g transform="translate(${at(bowl.x)},${at(bowl.y)})">${sticks}</g>`,
  );
}

/** A record that turns. */
export function drawRecord(sheet: Sheet): string {
  const { width, height, random, palette } = sheet;
  const record = middle(sheet);
  const radius = 370 + random.int(50);
  const grooves = Array.from({ length: 26 }, (_, index) => `<circle r="${at(radius * (0.38 + index * 0.023))}"/>`);
  const shine = [30, 210].map(
    (turn) =>
      `<path transform="rotate(${turn})" d="M0,0 L${at(radius * 0.96)},${at(-radius * 0.2)} A${at(radius)},${at(radius)} 0 0 1 ${at(radius * 0.96)},${at(radius * 0.2)} Z"/>`,
  );
  const arm = `<g transform="translate(${at(record.x + radius * 1.08)},${at(record.y - radius * 0.82)}) rotate(${18 + random.int(14)})">
    <circle r="66" fill="#c7cbd1"/><circle r="34" fill="#8d939c"/><rect x="-9" width="18" height="${at(radius * 1.15)}" rx="9" fill="#dfe2e6"/>
    <rect x="-24" y="${at(radius * 1.1)}" width="48" height="82" rx="8" fill="#2b2d33"/></g>`;
  return `<defs>${shadowDef}${linear("deck", [mix(palette.land[1], "#ffffff", 0.25), palette.land[2]])}</defs>
    <rect width="${width}" height="${height}" fill="url(#deck)"/>${shadow(record.x, record.y, radius)}${disc(record, radius, "#15151a")}
    <g transform="translate(${at(record.x)},${at(record.y)})"><g fill="none" stroke="#2d2d35" stroke-width="2.4">${grooves.join("")}</g>
      <g fill="#ffffff" opacity="0.1">${shine.join("")}</g><circle r="${at(radius * 0.34)}" fill="${palette.sky[1]}"/>
      <circle r="${at(radius * 0.34)}" fill="none" stroke="${palette.light}" stroke-width="5"/>
      <path d="M${at(-radius * 0.2)},${at(-radius * 0.13)} h${at(radius * 0.4)} M${at(-radius * 0.15)},${at(-radius * 0.19)} h${at(radius * 0.3)}" stroke="${palette.land[3]}" stroke-width="9"/>
      <circle r="13" fill="${palette.light}"/></g>${arm}${windowLight(sheet)}`;
}
