// What one hears of, and how: a table of kinds and ways.

import type { RouterInputs } from "@pixora/client";
import { px, useAct, useOne } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import { ErrorNote } from "../../parts/error-note.tsx";
import { Bone, Waiting } from "../../parts/waiting.tsx";
import { words } from "../../words/en.ts";
import css from "./settings.module.css";

const say = words.settings.notifications;
type Type = keyof typeof say.types;
type Change = Extract<RouterInputs["notification"]["updatePreferences"], object>;
const types = Object.keys(say.types) as Type[];
const ways = ["inApp", "push", "email"] as const;

export function NotificationsSection() {
  const query = useOne(px.notification.preferences.queryOptions());
  const { act } = useAct(px.notification.updatePreferences.mutationOptions());
  const change = (input: Change) => void act(input);
  if (query.isError) return <ErrorNote failure={failureOf(query.error)} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) {
    return (
      <Waiting>
        <Bone style={{ height: 420 }} />
      </Waiting>
    );
  }
  const { types: kept, digest } = query.data;
  return (
    <section className={css.block}>
      <p>{say.intro}</p>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">
              <span className="hidden-text">{say.intro}</span>
            </th>
            {ways.map((way) => (
              <th key={way} scope="col">
                {say[way]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {types.map((type) => (
            <tr key={type}>
              <th scope="row">{say.types[type]}</th>
              {ways.map((way) => (
                <td key={way}>
                  <label>
                    <span className="hidden-text">{`${say.types[type]}: ${say[way]}`}</span>
                    <input
                      type="checkbox"
                      checked={kept[type]?.[way] ?? false}
                      onChange={(event) => change({ types: { [type]: { [way]: event.target.checked } } })}
                    />
                  </label>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <label className={css.line}>
        {say.digest}
        <select
          className={css.select}
          value={digest.frequency}
          onChange={(event) => change({ digest: { frequency: event.target.value as typeof digest.frequency } })}
        >
          {(Object.keys(say.frequencies) as (keyof typeof say.frequencies)[]).map((frequency) => (
            <option key={frequency} value={frequency}>
              {say.frequencies[frequency]}
            </option>
          ))}
        </select>
      </label>
    </section>
  );
}
