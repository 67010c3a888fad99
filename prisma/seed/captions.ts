// Captions of posts and texts of comments, put together from phrases: pleasant, varied, and the same for the same chance.
import type { Random } from "./random.ts";
import type { Topic } from "./topics.ts";

const places = `Lisbon, Kyoto, Porto, Oaxaca, Ljubljana, Tromsø, Valparaíso, Bologna, Hội An, Galway, Cape Town, Gdańsk,
  Tbilisi, Reykjavík, Marrakesh, Melbourne, Vancouver, Seville, Naples, Salvador, Chiang Mai, Trieste, Edinburgh,
  Montréal, Zürich, Cusco, Essaouira, Hamburg, Málaga, Kraków, Nara, Bergen, Antwerp, Ghent, Sarajevo, Dunedin,
  Santa Fe, Portland, Taipei, Busan, Jaipur, Kandy, Zanzibar, Accra, Nairobi, Bariloche, Cartagena, Halifax`
  .split(",")
  .map((place) => place.trim());

const whens = `at six in the morning | on a slow Sunday | after the rain | before anyone was up | in the last light |
  on the way home | right after work | between two showers | on the first warm day | long after midnight | this
  morning | yesterday evening | on a Tuesday, of all days | with the windows open`
  .split("|")
  .map((when) => when.trim().replace(/\s+/g, " "));

const closings = [
  "Be kind to your Mondays.",
  "More of this, please.",
  "Same time next week?",
  "No filter, only luck.",
  "What are you up to today?",
  "Tell me your favourite.",
  "Small things, big week.",
  "I could get used to this.",
  "Do not ask how long it took.",
  "Grateful for this one.",
  "Keeping this day.",
  "Tomorrow again.",
  "You should have been there.",
  "Who is in?",
  "That is the whole story.",
  "Buenos días a todos.",
  "Alles gut.",
  "C'est tout.",
  "今日もいい日。",
  "Tudo bem por aqui.",
];

const everydayEmoji = ["✨", "🧡", "🙌", "😊", "👏", "🌿", "🥹", "🔥", "💛", "🫶"];

const everydayTags = ["pixora", "photooftheday", "nofilter", "goodmorning", "weekend", "travel", "nature", "home"];

const companions = ["With", "Thanks to", "Photo by", "Found this thanks to", "Next time with", "For"];

function fill(random: Random, text: string): string {
  return text.replace("{place}", () => random.pick(places)).replace("{when}", () => random.pick(whens));
}

/** A caption about a topic; `mentioned` is a handle to name in it, or null. */
export function writeCaption(random: Random, about: { topic: Topic; mentioned: string | null }): string {
  const { topic, mentioned } = about;
  const sentences = [`${fill(random, random.pick(topic.scenes))}.`];
  if (random.isLucky(0.75)) sentences.push(random.pick(topic.details));
  // A handle may hold dots: a full stop behind it would be read as part of it.
  if (mentioned !== null) sentences.push(`${random.pick(companions)} @${mentioned} ${random.pick(topic.emoji)}`);
  if (random.isLucky(0.4)) sentences.push(random.pick(closings));
  if (mentioned === null && random.isLucky(0.35)) sentences.push(random.pick(topic.emoji));
  const tags = pickTags(random, topic);
  const gap = random.isLucky(0.5) ? "\n\n" : " ";
  return sentences.join(" ") + (tags === "" ? "" : `${gap}${tags}`);
}

function pickTags(random: Random, topic: Topic): string {
  const count = random.pick([0, 0, 1, 1, 2, 2, 3, 3, 4, 5]);
  const tags = new Set<string>();
  for (let made = 0; made < count; made += 1) {
    tags.add(random.isLucky(0.8) ? random.pick(topic.tags) : random.pick(everydayTags));
  }
  return [...tags].map((tag) => `#${tag}`).join(" ");
}

const praises = [
  "That {thing}!",
  "What a {thing}.",
  "I keep coming back to that {thing}.",
  "Never seen a {thing} like it.",
  "This {thing} made my day.",
  "Now I want a {thing} like that.",
  "The {thing} is everything.",
];

const reactions = [
  "Love this.",
  "Wow.",
  "So good.",
  "Beautiful, thank you for sharing.",
  "Okay, I am jealous.",
  "This is the best thing on my feed today.",
  "Saving this for later.",
  "You have such an eye.",
  "Goals.",
  "Haha, exactly me.",
  "Where is this exactly?",
  "How did you do that?",
  "Was there last year and missed this.",
  "More please.",
  "Instantly calmer.",
  "Adding it to the list.",
  "Qué maravilla.",
  "Wunderschön.",
  "Magnifique.",
  "すてき。",
  "Que lindo.",
];

const tails = [
  "Made me smile.",
  "Greetings from {place}.",
  "We did the same {when}.",
  "Please post more of these.",
  "My sister would love this.",
  "Needed this today.",
  "See you soon?",
  "I can almost smell it.",
  "Take me with you next time.",
  "Ten out of ten.",
];

const answers = [
  "Thank you so much.",
  "Ha, you noticed.",
  "Come over and see.",
  "Not far from {place}, I will send you the spot.",
  "Honestly, mostly luck.",
  "I agree.",
  "Same here.",
  "Took me three tries.",
  "You are too kind.",
  "Deal.",
  "It happened {when}.",
  "Next time you have to join.",
  "I was wondering the same.",
  "That means a lot.",
  "Good question. I will find out.",
  "Jajaja, gracias.",
  "Obrigado.",
  "Danke dir.",
];

/** A comment on a post about a topic. */
export function writeComment(random: Random, about: { topic: Topic }): string {
  const thing = random.pick(about.topic.things);
  const opening = random.isLucky(0.5) ? random.pick(praises).replace("{thing}", thing) : random.pick(reactions);
  const tail = random.isLucky(0.45) ? ` ${fill(random, random.pick(tails))}` : "";
  const ending = random.isLucky(0.3) ? ` ${random.pick(everydayEmoji)}` : "";
  return `${opening}${tail}${ending}`;
}

/** An answer in a thread; `mentioned` is the handle it addresses, or null. */
export function writeReply(random: Random, about: { mentioned: string | null }): string {
  const opening = about.mentioned === null ? "" : `@${about.mentioned} `;
  const ending = random.isLucky(0.3) ? ` ${random.pick(everydayEmoji)}` : "";
  return `${opening}${fill(random, random.pick(answers))}${ending}`;
}

const bioEndings = [
  "Based in {place}.",
  "Mostly harmless.",
  "Opinions are my cat's.",
  "Born in {place}.",
  "Say hello.",
];

/** A line about a person, from what they post about; often there is none. */
export function writeBio(random: Random, about: { pastimes: readonly string[] }): string {
  if (random.isLucky(0.35)) return "";
  const text = about.pastimes.join(", ");
  const ending = random.isLucky(0.5) ? ` ${fill(random, random.pick(bioEndings))}` : "";
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.${ending}`;
}
