// Stems of words: "mountains" and "mountain" are one. Promises: pure; a text's language is known only where its small words
// or its script say so, and a stem carries the name of its language, so that no other language's word is taken for it.
import { stemmer as arabic } from "@orama/stemmers/arabic";
import { stemmer as dutch } from "@orama/stemmers/dutch";
import { stemmer as english } from "@orama/stemmers/english";
import { stemmer as french } from "@orama/stemmers/french";
import { stemmer as german } from "@orama/stemmers/german";
import { stemmer as italian } from "@orama/stemmers/italian";
import { stemmer as portuguese } from "@orama/stemmers/portuguese";
import { stemmer as russian } from "@orama/stemmers/russian";
import { stemmer as spanish } from "@orama/stemmers/spanish";
import { stemmer as swedish } from "@orama/stemmers/swedish";

interface Language {
  stem: (word: string) => string;
  script: RegExp;
  /** Common small words, in the form of search-form.ts, that few other languages of the table have. */
  smallWords: ReadonlySet<string>;
}

const latin = /^[a-z]+$/;

function language(stem: Language["stem"], smallWords: string, script = latin): Language {
  return { stem, script, smallWords: new Set(smallWords.split(" ")) };
}

const languages: Readonly<Record<string, Language>> = {
  ar: language(arabic, "في من على الى هذا هذه مع عن كان التي الذي ما لا", /^\p{Script=Arabic}+$/u),
  de: language(german, "und der die das ist nicht ein eine mit auf von zu im den dem wir ich auch noch"),
  en: language(english, "the and of to is in it for with that this my you was are at we from our"),
  es: language(spanish, "el los las y que en por con una del para es esta muy pero como mi su"),
  fr: language(french, "le les des et est une dans pour sur avec du au ce cette nous vous je pas qui"),
  it: language(italian, "il gli che di non per una con del della sono nel questo anche piu ma e alla"),
  nl: language(dutch, "het een van en niet met voor op is dat zijn aan ook wij naar maar deze bij"),
  pt: language(portuguese, "os uma nao que com para do da em um no na por muito mas mais dos das"),
  ru: language(russian, "и в не на что с по это как из у за от для мы я но все", /^[\u0430-\u044f]+$/),
  sv: language(swedish, "och det att som en pa ar av for med till den har inte om ett jag vi"),
};

/** Scripts that one language of the table writes, and the letters by which others in the same script are told. */
const byScript = [
  { name: "ar", script: /\p{Script=Arabic}/u, others: /[پچژگکیٹڈڑںہےھۆۇۈۋېەڭ]/ },
  { name: "ru", script: /\p{Script=Cyrillic}/u, others: /[^\P{Script=Cyrillic}\u0430-\u044f]/u },
];

/** The languages of a text's words, as far as they are plain: by its small words, and by its script. */
export function languagesOf(words: readonly string[]): string[] {
  const known = byScript.filter(
    ({ script, others }) => words.some((word) => script.test(word)) && !words.some((word) => others.test(word)),
  );
  const bySmallWords = languageOf(words);
  const names = known.map(({ name }) => name);
  return bySmallWords === null || names.includes(bySmallWords) ? names : [...names, bySmallWords];
}

function languageOf(words: readonly string[]): string | null {
  const distinct = new Set(words);
  let best: string | null = null;
  let most = 1;
  let isTied = false;
  for (const [name, { smallWords }] of Object.entries(languages)) {
    let hits = 0;
    for (const word of distinct) if (smallWords.has(word)) hits += 1;
    isTied = hits === most ? true : hits > most ? false : isTied;
    if (hits > most) [best, most] = [name, hits];
  }
  return isTied ? null : best;
}

const shortest = 3;
/** No word of these languages is longer, and some of the stemmers take long for what is none. */
const longest = 40;

/** A word's stem in one language, marked with it; null where that language does not write such a word. */
export function stemOf(word: string, name: string): string | null {
  const spoken = languages[name];
  if (spoken === undefined || word.length < shortest || word.length > longest || !spoken.script.test(word)) return null;
  return `~${name}${spoken.stem(word)}`;
}

/** A word's stems in every language that it may be of: whoever asks types too little to know. */
export function stemsOf(word: string): string[] {
  const stems = Object.keys(languages).map((name) => stemOf(word, name));
  return stems.filter((stem) => stem !== null);
}
