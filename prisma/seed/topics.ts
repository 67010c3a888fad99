// What people of the demo post about: scenes and details that fit each other, tags, and what others call the thing.
// `{place}` and `{when}` are filled in by captions.ts.

export interface Topic {
  tags: readonly string[];
  /** Opens a caption: a whole sentence without its full stop. */
  scenes: readonly string[];
  /** Goes on: whole sentences. */
  details: readonly string[];
  /** What a comment may praise: "that {thing}". */
  things: readonly string[];
  emoji: readonly string[];
  /** For a bio. */
  pastime: Pastime;
}

export type Pastime =
  | "good coffee"
  | "mountains"
  | "bread"
  | "the sea"
  | "city walks"
  | "cats"
  | "dogs"
  | "my garden"
  | "film cameras"
  | "cooking"
  | "books"
  | "bicycles"
  | "music"
  | "night skies";

/** "a | b" over several lines → ["a", "b"]. */
function phrases(text: string): string[] {
  return text.split("|").map((phrase) => phrase.trim().replace(/\s+/g, " "));
}

interface TopicText {
  tags: string;
  emoji: string;
  scenes: string;
  details: string;
  things: string;
}

function topic(pastime: Pastime, text: TopicText): Topic {
  return {
    pastime,
    tags: text.tags.split(" "),
    emoji: text.emoji.split(" "),
    scenes: phrases(text.scenes),
    details: phrases(text.details),
    things: phrases(text.things),
  };
}

export const topics: readonly Topic[] = [
  topic("good coffee", {
    emoji: "☕️ 🥐 ✨",
    tags: "coffee espresso café baristalife slowmorning latteart",
    scenes: `First cup of the day {when} | A corner table in {place} and nowhere to be | New beans from a roaster in
      {place} | Pulled the best shot of the week {when} | Rain outside, a flat white inside | The café with the
      crooked stairs in {place} is open again`,
    details: `Notes of plum and brown sugar. | The grinder finally behaves. | They still write your name by hand. |
      Two sips in and the list of worries got shorter. | I am told the secret is the water. | Stayed for a second one,
      of course.`,
    things: "crema | cup | corner table | latte art",
  }),
  topic("mountains", {
    emoji: "⛰️ 🏔️ 🥾",
    tags: "hiking mountains trail outdoors summit wildplaces",
    scenes: `Above the clouds near {place} {when} | Eleven kilometres, one forgotten sandwich | The ridge path outside
      {place} | Made it to the hut just before the storm | Boots off, feet in a glacier stream | Nobody on the trail
      {when}`,
    details: `My knees would like a word. | The last hundred metres are always the longest. | Marmots: 3, me: 0. | You
      could hear the valley bells from up there. | Worth every blister. | The map said easy. The map lied.`,
    things: "ridge | view | light on those peaks | valley",
  }),
  topic("bread", {
    emoji: "🍞 👩‍🍳 🥖",
    tags: "sourdough baking homemade bread crumbshot weekendbake",
    scenes: `Loaf number forty-two, and the first with ears | Overnight rise, baked {when} | Rye with walnuts, after a
      bakery in {place} | The starter turned three this week | Cinnamon buns for the neighbours | A very flat
      focaccia, and a very good one`,
    details: `The kitchen smells like a promise. | Still hot and half of it is gone. | I finally trust the dough more
      than the clock. | Eighty percent hydration, a hundred percent flour on the floor. | Recipe on request. | It
      sings when it cools.`,
    things: "crust | crumb | loaf | bake",
  }),
  topic("the sea", {
    emoji: "🌊 🐚 ⛵️",
    tags: "ocean beach waves saltlife seaside bluehour",
    scenes: `The tide at {place} {when} | Cold water, warm heart | Beach all to ourselves {when} | Learned to read the
      wind today | Ferry to {place}, upper deck | Found sea glass in three colours`,
    details: `Salt in everything, including the camera. | The gulls stole a chip and no apology was given. | Everything
      quiet but the pebbles. | Swam until the fingers went pale. | The lighthouse keeper waved back. | Home is where
      the horizon is straight.`,
    things: "blue | wave | horizon | beach",
  }),
  topic("city walks", {
    emoji: "🌆 🚋 ✨",
    tags: "streetphotography citylife architecture urban walkmore nightlights",
    scenes: `Got lost in {place} on purpose | Blue hour over {place} | The light between two trams {when} | Every door
      in this street has another colour | Rooftops of {place} | Night bus, window seat`,
    details: `Turn left where the map says right. | The bakery opens at five, I checked. | Somebody upstairs practises
      the cello. | Neon looks better on wet asphalt. | Twenty thousand steps and not one of them planned. | I keep
      collecting staircases.`,
    things: "light | reflection | frame | street",
  }),
  topic("cats", {
    emoji: "🐈 🐾 😼",
    tags: "cat catsofpixora meow rescuecat windowcat",
    scenes: `The supervisor inspected my work {when} | New box, new castle | She only loves me before breakfast | Nine
      kilos of opinion | Found the warmest spot in the house, again | The neighbours' cat has moved in`,
    details: `Rent is still not being paid. | The keyboard was warm, so that is settled. | Do not be fooled by the
      paws. | Three naps scheduled, two done. | We are not allowed to move now. | Her name is Biscuit and she knows
      it.`,
    things: "face | little paw | stare | cat",
  }),
  topic("dogs", {
    emoji: "🐕 🐾 🧡",
    tags: "dog dogsofpixora goodboy muddypaws walkies",
    scenes: `Walk in the woods by {place} {when} | He found the only puddle for miles | One ear up, one ear down |
      Twelve years old and still the first at the door | Puppy class, lesson one | The stick was bigger than the car`,
    details: `The bath afterwards was a negotiation. | Everybody at the market knows his name, nobody knows mine. | He
      has never met a stranger. | Tail speed: helicopter. | Good boy, officially. | Asleep before we left the car park.`,
    things: "ear | grin | good boy | tail",
  }),
  topic("my garden", {
    emoji: "🌿 🌻 🍅 🐝",
    tags: "garden growyourown plants tomatoes bees greenthumb",
    scenes: `First tomatoes of the year | The bees found the lavender {when} | Six seedlings made it | Planted a fig
      from {place} | Rain barrel full, gardener happy | The wild corner is the best corner`,
    details: `The slugs send their regards. | Ate one still warm from the sun. | I talk to them, they do not object. |
      Compost is slow magic. | Next year fewer courgettes. (I say this every year.) | A robin kept me company.`,
    things: "colour | garden | lavender | harvest",
  }),
  topic("film cameras", {
    emoji: "📷 🎞️",
    tags: "35mm filmphotography analog grain portra shotonfilm",
    scenes: `Found an undeveloped roll from {place} | Half frame, full heart | Grandfather's camera still works | Last
      frame of the roll {when} | Double exposure by accident | Pushed two stops in {place}`,
    details: `The light leak is a feature. | Thirty-six chances, three keepers. | I had forgotten this afternoon, the
      film had not. | Developed in the bathroom sink. | No screen, no second look. | Grain like warm sand.`,
    things: "grain | tone | light leak | frame",
  }),
  topic("cooking", {
    emoji: "🍜 🧄 👩‍🍳",
    tags: "cooking dinner homecooking ramen pasta foodie",
    scenes: `Fourteen hours for this broth | Market haul from {place} | Grandma's recipe, finally right | Noodles by
      hand {when} | Dinner for eight at a table for four | Street food in {place}`,
    details: `Secret ingredient: patience, and butter. | Nobody spoke for ten minutes. | The smoke alarm cheered me on.
      | Leftovers are a myth in this house. | Too much garlic does not exist. | Wrote it down this time.`,
    things: "broth | plate | recipe | bowl",
  }),
  topic("books", {
    emoji: "📚 🔖 ☔️",
    tags: "books reading bookshop currentlyreading library",
    scenes: `Second-hand find in {place} | Read the last page {when} and went back to the first | One more chapter,
      four chapters ago | A library with a garden in {place} | The pile by the bed has become furniture | Rain and a
      paperback`,
    details: `Somebody underlined all the right lines. | No spoilers, but bring a handkerchief. | It smells of 1974. |
      The bookseller just nodded. | Slow books for fast weeks. | Lend it to someone you like.`,
    things: "shelf | book | reading nook | cover",
  }),
  topic("bicycles", {
    emoji: "🚲 🚴 🌬️",
    tags: "cycling bikelife gravel roadbike ridemore commute",
    scenes: `A hundred kilometres to {place} and back | New tape, same old legs | Sunrise ride {when} | Headwind both
      ways, somehow | Cobbles near {place} | Fixed the squeak. It was the shoe`,
    details: `Coffee stop included. | Legs gone, smile found. | The hill has a name now and it is not polite. | Nothing
      but larks and chain noise. | Overtaken by a man with a baguette. | Would ride again.`,
    things: "bike | road | climb | route",
  }),
  topic("music", {
    emoji: "🎶 🎸 🎧",
    tags: "music vinyl livemusic guitar synth nowplaying",
    scenes: `Small stage, big night in {place} | Side B is the better side | New strings, old songs | Rehearsal went
      long {when} | A record shop in {place} with one chair and one cat | Learned the bridge at last`,
    details: `My ears are still smiling. | Recorded on a phone, kept for ever. | The drummer counted us in twice. |
      Needle down, lights out. | It sounds like rain in stereo. | Play it loud, apologise later.`,
    things: "riff | setlist | record | sound",
  }),
  topic("night skies", {
    emoji: "🔭 🌙 ✨",
    tags: "astrophotography stars nightsky milkyway aurora longexposure",
    scenes: `The Milky Way above {place} | Forty minutes of exposure, {when} | Saw the rings with my own eyes | Aurora
      over {place}, out of nowhere | No moon, no clouds, no feeling in my toes | Meteor number seven`,
    details: `That light left before we were born. | Thermos empty, heart full. | Turn off the torch and wait. | Green
      first, then a curtain of red. | The dog howled at Jupiter. | Stacked from 120 frames.`,
    things: "sky | star trail | aurora | glow",
  }),
];
