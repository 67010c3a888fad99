// How the app looks and listens in this browser.
import { Monitor, Moon, Sun } from "lucide-react";
import { useShortcutsSwitch } from "../../app/shortcuts.ts";
import { type Theme, useTheme } from "../../app/theme.ts";
import { Switch } from "../../parts/field.tsx";
import { words } from "../../words/en.ts";
import css from "./settings.module.css";

const themes: readonly { theme: Theme; Icon: typeof Sun }[] = [
  { theme: "system", Icon: Monitor },
  { theme: "light", Icon: Sun },
  { theme: "dark", Icon: Moon },
];

export function AppearanceSection() {
  const [theme, choose] = useTheme();
  const [hasShortcuts, setShortcuts] = useShortcutsSwitch();
  const say = words.settings.appearance;
  return (
    <>
      <fieldset className={css.block}>
        <legend>{say.theme}</legend>
        <div className={css.choices}>
          {themes.map(({ theme: one, Icon }) => (
            <label key={one}>
              <input type="radio" name="theme" checked={theme === one} onChange={() => choose(one)} />
              <Icon size={22} aria-hidden />
              {say[one]}
            </label>
          ))}
        </div>
      </fieldset>
      <Switch label={say.shortcuts} hint={say.shortcutsHint} isOn={hasShortcuts} onChange={setShortcuts} />
    </>
  );
}
