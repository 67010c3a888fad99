// Pictures of the demo: drawings of what its people write about, as SVG. Pure; the same seed draws the same picture.
import { drawFace } from "./drawing/face.ts";
import { drawDogWalk, drawForest, drawRidges, drawRoad, drawSea, drawStars } from "./drawing/land.ts";
import { palettes } from "./drawing/palettes.ts";
import { drawCat, drawDoor, drawFilm, drawGarden, drawShelf, drawTown } from "./drawing/rooms.ts";
import type { Sheet, Size } from "./drawing/shapes.ts";
import { drawBowl, drawBread, drawCoffee, drawRecord } from "./drawing/table.ts";
import { createRandom, type Random } from "./random.ts";
import type { Pastime } from "./topics.ts";

export interface Drawing {
  svg: string;
  /** What is on it, for those who cannot see it. */
  alt: string;
}

interface Scene {
  alt: string;
  draw(sheet: Sheet): string;
}

const ridges: Scene = { alt: "mountain ridges, one behind the other", draw: drawRidges };
const forest: Scene = { alt: "pines in the mist", draw: drawForest };
const town: Scene = { alt: "roofs and lit windows of a town", draw: drawTown };

const scenes: Readonly<Record<Pastime, readonly Scene[]>> = {
  "good coffee": [{ alt: "a cup of coffee with a leaf of milk on it, from above", draw: drawCoffee }],
  mountains: [ridges, ridges, forest],
  bread: [{ alt: "a round loaf, scored and floured", draw: drawBread }],
  "the sea": [{ alt: "the sea, with light on the water", draw: drawSea }],
  "city walks": [town, { alt: "an arched door in a painted wall", draw: drawDoor }],
  cats: [{ alt: "a cat on a window sill, looking out", draw: drawCat }],
  dogs: [{ alt: "a dog on a hill", draw: drawDogWalk }, forest],
  "my garden": [{ alt: "flowers before a garden out of focus", draw: drawGarden }],
  "film cameras": [{ alt: "strips of developed film with landscapes", draw: drawFilm }, ridges, town],
  cooking: [{ alt: "a bowl of noodles with eggs, from above", draw: drawBowl }],
  books: [{ alt: "shelves of books in lamp light", draw: drawShelf }],
  bicycles: [{ alt: "a road that winds into the hills", draw: drawRoad }],
  music: [{ alt: "a record on its player, from above", draw: drawRecord }, town],
  "night skies": [{ alt: "a tent under a sky full of stars", draw: drawStars }],
};

/**
 * Width and height: as the sensors and the taste of people make them. No larger, because two hundred of them are made
 * while somebody waits for the first start.
 */
const formats = [
  [800, 800],
  [800, 1_000],
  [800, 1_000],
  [800, 600],
] as const;
/** What the scenes are measured for; the drawing is scaled. */
const canvasWidth = 1_080;

/** The post picture of a number, about a pastime. */
export function drawPicture(input: { seed: string; pastime: Pastime; index: number }): Drawing {
  const random = createRandom(`${input.seed}/picture/${input.pastime}/${input.index}`);
  const [width, height] = random.pick(formats);
  const sceneList = scenes[input.pastime];
  const scene = sceneList[input.index % sceneList.length] ?? ridges;
  const sheet = sheetOf(random, { width, height });
  return {
    svg: frame({ width, height }, sheet, scene.draw(sheet)),
    alt: `${scene.alt}, in ${sheet.palette.name} colours`,
  };
}

/** The avatar of a number. */
export function drawAvatar(input: { seed: string; index: number }): Drawing {
  const size = { width: 320, height: 320 };
  const sheet = sheetOf(createRandom(`${input.seed}/avatar/${input.index}`), size);
  return { svg: frame(size, sheet, drawFace(sheet)), alt: "" };
}

function sheetOf(random: Random, size: Size): Sheet {
  const height = Math.round((size.height * canvasWidth) / size.width);
  return { width: canvasWidth, height, random, palette: random.pick(palettes) };
}

function frame(size: Size, sheet: Size, content: string): string {
  const viewBox = `0 0 ${sheet.width} ${sheet.height}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="${viewBox}">${content}</svg>`;
}
