// One of a few, each with what it means.
import css from "./moderation.module.css";

interface ChoicesProps<Value extends string> {
  legend: string;
  name: string;
  choices: readonly { value: Value; label: string; text: string }[];
  value: Value | null;
  onChange: (value: Value) => void;
}

export function Choices<Value extends string>({ legend, name, choices, value, onChange }: ChoicesProps<Value>) {
  return (
    <fieldset className={css.choices}>
      <legend>{legend}</legend>
      {choices.map((choice) => (
        <label key={choice.value}>
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={value === choice.value}
            onChange={() => onChange(choice.value)}
            required
          />
          <span>
            {choice.label}
            <small>{choice.text}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
