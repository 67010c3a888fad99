// Colours of hours and seasons, for the drawings of the demo.
import type { Palette } from "./shapes.ts";

export const palettes: readonly Palette[] = [
  {
    name: "dawn",
    sky: ["#2b3a67", "#b56576", "#f6bd60"],
    land: ["#a77a86", "#6d597a", "#43385c", "#211f36"],
    light: "#ffe8c2",
  },
  {
    name: "noon",
    sky: ["#2f7fc1", "#7cc0e6", "#dff3ff"],
    land: ["#9cc9b5", "#64a27d", "#3c7556", "#1d4731"],
    light: "#fffbe0",
  },
  {
    name: "dusk",
    sky: ["#1b1b3a", "#693668", "#f08a5d"],
    land: ["#8a4f70", "#5a355c", "#372346", "#1a1228"],
    light: "#ffd6a5",
  },
  {
    name: "night",
    sky: ["#050816", "#10204a", "#33558a"],
    land: ["#2c466f", "#1c2f55", "#121f3b", "#080e1d"],
    light: "#f1f5ff",
  },
  {
    name: "autumn",
    sky: ["#b9a08c", "#e6cfb4", "#fdf0d8"],
    land: ["#d99a6c", "#b4653b", "#823f22", "#4c2516"],
    light: "#fff6d8",
  },
  {
    name: "winter",
    sky: ["#6f93b4", "#b4cde0", "#eef5f9"],
    land: ["#c9d8e4", "#98b2c7", "#64859f", "#37556d"],
    light: "#ffffff",
  },
  {
    name: "spring",
    sky: ["#8cc7d4", "#cbece6", "#fff6ea"],
    land: ["#b9d7b0", "#8cbf76", "#5b9350", "#2f5e35"],
    light: "#fffdf2",
  },
  {
    name: "desert",
    sky: ["#4a90b8", "#f3c98b", "#fae5c4"],
    land: ["#e3ad6f", "#c87f43", "#96512a", "#5b2e1a"],
    light: "#fff1cf",
  },
];
