// Handles and display names for people of the graph: pure functions from what they call themselves.
// Promises: every result satisfies the rules that sign-up has (user.handle.ts, user.name.ts).
import { newHandleInput } from "../../packages/api/src/user/user.handle.ts";
import { displayNameInput } from "../../packages/api/src/user/user.name.ts";
import { createRandom } from "./random.ts";

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The name without what a display name may not hold, cut to 50 characters; null where nothing readable is left. */
export function cleanName(name: string): string | null {
  const visible = name
    .toWellFormed()
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  return asDisplayName(visible) ?? asDisplayName(visible.replace(/[\p{Cf}\p{M}\u2800\u3164\uFFA0]/gu, ""));
}

function asDisplayName(text: string): string | null {
  const tidy = text.replace(/\s+/g, " ").trim();
  // Code units are never fewer than characters, so a short text needs no counting.
  const isShort = tidy.length <= 50;
  const cut = isShort
    ? tidy
    : Array.from(graphemes.segment(tidy), ({ segment }) => segment)
        .slice(0, 50)
        .join("");
  const parsed = displayNameInput.safeParse(cut);
  return parsed.success ? parsed.data : null;
}

/** The name in the alphabet of handles: "Justin Tōkyō ⚡️" → "justin_tokyo"; null where too little of it is latin. */
export function slugOf(name: string): string | null {
  const slug = name
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, "_")
    .replace(/[._]{2,}/g, ([first = "_"]) => first);
  const trimmed = trimSeparators(trimSeparators(slug).slice(0, longestSlug));
  return trimmed.length >= 3 && /[a-z]/.test(trimmed) ? trimmed : null;
}

/** Leaves room for a number behind the slug: a handle has at most 30 characters. */
const longestSlug = 25;

function trimSeparators(text: string): string {
  return text.replace(/^[._]+|[._]+$/g, "");
}

/**
 * Chooses a handle each, in the given order: the first wish that is no reserved word, with a number behind it where
 * an earlier one has it. The last wish of each must be a slug.
 */
export function chooseHandles(wishes: readonly (readonly (string | null)[])[], taken: Iterable<string>): string[] {
  const used = new Set(taken);
  const nextNumber = new Map<string, number>();
  return wishes.map((wish) => {
    const slug = wish.find((candidate) => candidate !== null && newHandleInput.safeParse(candidate).success);
    if (slug === undefined || slug === null) throw new Error(`no handle can be made of ${JSON.stringify(wish)}`);
    let handle = slug;
    while (used.has(handle)) {
      const number = nextNumber.get(slug) ?? 2;
      nextNumber.set(slug, number + 1);
      handle = newHandleInput.parse(`${slug}${number}`);
    }
    used.add(handle);
    return handle;
  });
}

/** A friendly name for a person without a profile: the same key, the same name. */
export function inventName(key: string): string {
  const random = createRandom(`name:${key}`);
  return `${random.pick(adjectives)} ${random.pick(animals)}`;
}

const adjectives = `Amber Autumn Azure Bold Breezy Bright Bronze Calm Candid Cedar Cheerful Clever Copper Coral Cosmic
  Cozy Crimson Curious Dapper Daring Dawn Drifting Eager Early Easy Emerald Fearless Gentle Gilded Glad Golden Happy
  Hazel Hidden Humble Indigo Ivory Jolly Kind Lively Lucky Lunar Mellow Merry Misty Mossy Nimble Noble Northern Olive
  Patient Pearl Polar Quick Quiet Rapid Rosy Rustic Saffron Sandy Scarlet Serene Silent Silver Sleepy Snowy Solar
  Southern Spry Steady Stormy Sunny Swift Tidy Tranquil Velvet Vivid Wandering Warm Wild Willow Winter Wise`.split(
  /\s+/,
);

const animals = `Albatross Alpaca Badger Beaver Bee Bison Bobcat Capybara Caribou Cat Chameleon Cheetah Cormorant Crane
  Cricket Crow Deer Dolphin Dove Dragonfly Eagle Egret Elk Falcon Ferret Finch Firefly Fox Gazelle Gecko Goose Hare
  Hawk Hedgehog Heron Hummingbird Ibex Ibis Jay Kestrel Kingfisher Koala Lark Lemur Lynx Magpie Manatee Marmot Marten
  Meerkat Mole Moose Moth Narwhal Newt Nightingale Ocelot Orca Otter Owl Panda Pelican Penguin Plover Puffin Quail
  Raccoon Raven Robin Salmon Sandpiper Seal Sparrow Squirrel Starling Stork Swallow Swan Tern Thrush Tiger Toucan
  Turtle Vole Walrus Whale Wolf Wombat Wren Yak`.split(/\s+/);
