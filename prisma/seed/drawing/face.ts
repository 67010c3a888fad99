// Portraits of the demo: a person without a face, before a coloured ground.
import { at, linear, mix, type Sheet } from "./shapes.ts";

const skins = ["#f3d3bd", "#e3b18f", "#c98f68", "#a66b47", "#7c4a2f", "#5a3524"] as const;
const hairs = ["#1d1613", "#3b2417", "#6d4123", "#a9743c", "#d9b377", "#8d8d93", "#8a2f22"] as const;
const clothes = ["#2f4858", "#d9795d", "#3f6b57", "#e0b04a", "#7a4a6b", "#e9e2d5", "#28313f", "#5e86b0"] as const;

type Style = (colour: string) => { behind: string; before: string };

const styles: readonly Style[] = [
  (colour) => ({
    behind: `<path d="M352,900 C300,600 320,280 540,264 C760,280 780,600 728,900 Z" fill="${colour}"/>`,
    before: `<path d="M380,470 C400,330 520,300 620,330 C690,356 706,420 702,480 C640,470 560,430 520,380 C490,430 430,460 380,470 Z" fill="${colour}"/>`,
  }),
  (colour) => ({
    behind: "",
    before: `<path d="M366,470 C350,320 440,262 550,266 C660,262 736,330 714,478 C700,430 690,400 660,384 C580,400 470,396 420,376 C396,400 380,430 366,470 Z" fill="${colour}"/>`,
  }),
  (colour) => ({
    behind: `<circle cx="540" cy="214" r="88" fill="${colour}"/>`,
    before: `<path d="M368,480 C350,330 440,272 540,272 C640,272 730,330 712,480 C690,400 640,356 540,352 C440,356 390,400 368,480 Z" fill="${colour}"/>`,
  }),
  (colour) => ({
    behind: [
      [400, 330],
      [480, 280],
      [570, 268],
      [660, 300],
      [716, 370],
      [364, 410],
      [728, 460],
      [352, 500],
    ]
      .map(([x, y]) => `<circle cx="${x}" cy="${y}" r="84" fill="${colour}"/>`)
      .join(""),
    before: [
      [420, 360],
      [500, 336],
      [590, 336],
      [660, 366],
    ]
      .map(([x, y]) => `<circle cx="${x}" cy="${y}" r="58" fill="${colour}"/>`)
      .join(""),
  }),
  (colour) => ({
    behind: `<path d="M318,960 C300,520 330,250 540,246 C750,250 780,520 762,960 Z" fill="${mix(colour, "#5e86b0", 0.6)}"/>`,
    before: `<path d="M360,520 C352,330 440,256 540,256 C640,256 728,330 720,520 C700,400 640,340 540,338 C440,340 380,400 360,520 Z" fill="${mix(colour, "#5e86b0", 0.5)}"/>`,
  }),
  (colour) => ({
    behind: "",
    before: `<path d="M370,440 C362,300 450,252 540,252 C640,252 722,300 712,440 Z" fill="${mix(colour, "#c9563c", 0.7)}"/><rect x="352" y="412" width="380" height="44" rx="20" fill="${mix(colour, "#8a2f22", 0.7)}"/>`,
  }),
];

/** Fills a square sheet. */
export function drawFace({ random, palette }: Sheet): string {
  const [skin, hair, cloth] = [random.pick(skins), random.pick(hairs), random.pick(clothes)];
  const { behind, before } = random.pick(styles)(hair);
  const beard = random.isLucky(0.18)
    ? `<path d="M384,500 C390,690 470,742 540,742 C610,742 690,690 696,500 C670,600 620,612 540,612 C460,612 410,600 384,500 Z" fill="${hair}"/>`
    : "";
  const [shoulder, lean] = [mix(cloth, "#000000", 0.14), random.int(30) - 15];
  return `<defs>${linear("ground", [palette.sky[1], mix(palette.sky[2], palette.land[0], 0.3)])}</defs><rect width="100%" height="100%" fill="url(#ground)"/>
    <circle cx="${at(540 + lean * 8)}" cy="470" r="400" fill="${palette.light}" opacity="0.28"/><g transform="rotate(${lean / 4},540,900)">${behind}
    <path d="M140,1080 C150,860 320,800 540,800 C760,800 930,860 940,1080 Z" fill="${cloth}"/><path d="M420,806 Q540,930 660,806 L640,790 H440 Z" fill="${shoulder}"/>
    <rect x="468" y="640" width="144" height="210" rx="70" fill="${mix(skin, "#000000", 0.14)}"/><ellipse cx="540" cy="520" rx="166" ry="206" fill="${skin}"/>${beard}${before}</g>`;
}
