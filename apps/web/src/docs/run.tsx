// Runs a procedure as whoever uses the app, and shows what comes: one answer, or a stream's events as they come.
import { useEffect, useId, useRef, useState } from "react";
import { pixora } from "../app/pixora.ts";
import { Button } from "../parts/button.tsx";
import css from "./docs.module.css";
import type { Operation } from "./reference.ts";
import { words } from "./words.ts";

/** A procedure of the client by its name, as the reference spells it. */
interface Procedure {
  query(input: unknown): Promise<unknown>;
  mutate(input: unknown): Promise<unknown>;
  subscribe(input: unknown, callbacks: Callbacks): { unsubscribe(): void };
}
interface Callbacks {
  onData(event: unknown): void;
  onError(error: unknown): void;
  onComplete(): void;
}

function procedureOf(path: string): Procedure {
  const [room = "", name = ""] = path.split(".");
  return (pixora as unknown as Record<string, Record<string, Procedure>>)[room]?.[name] as Procedure;
}

interface Told {
  isRefused: boolean;
  value: unknown;
  note: string;
}

const maxEvents = 50;

function shownOf(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const data = "data" in error && typeof error.data === "object" ? error.data : {};
  return { message: error.message, ...data };
}

export function Run({ operation, example, handle }: { operation: Operation; example: unknown; handle: string | null }) {
  const id = useId();
  const [text, setText] = useState(() => JSON.stringify(example ?? {}, null, 2));
  const [isRunning, setIsRunning] = useState(false);
  const [told, setTold] = useState<Told | null>(null);
  const [events, setEvents] = useState<{ key: number; event: unknown }[]>([]);
  const stop = useRef<(() => void) | null>(null);
  useEffect(() => () => stop.current?.(), []);

  function listen(input: unknown): void {
    let count = 0;
    setEvents([]);
    const end = (last: Told) => {
      setIsRunning(false);
      setTold(last);
    };
    const stream = procedureOf(operation.path).subscribe(input, {
      onData(event) {
        count += 1;
        const key = count;
        setEvents((before) => [{ key, event }, ...before].slice(0, maxEvents));
      },
      onError: (error) => end({ isRefused: true, value: shownOf(error), note: "" }),
      onComplete: () => end({ isRefused: false, value: null, note: words.run.ended }),
    });
    stop.current = () => stream.unsubscribe();
  }

  async function ask(input: unknown): Promise<void> {
    const procedure = procedureOf(operation.path);
    const startedAtMs = performance.now();
    try {
      const value = await (operation.kind === "query" ? procedure.query(input) : procedure.mutate(input));
      setTold({ isRefused: false, value, note: words.run.took(Math.round(performance.now() - startedAtMs)) });
    } catch (error) {
      setTold({ isRefused: true, value: shownOf(error), note: "" });
    }
    setIsRunning(false);
  }

  function run(): void {
    let input: unknown;
    try {
      input = JSON.parse(text.trim() === "" ? "{}" : text);
    } catch (error) {
      setTold({ isRefused: true, value: String(error), note: words.run.badInput });
      return;
    }
    setTold(null);
    setIsRunning(true);
    if (operation.kind === "subscription") listen(input);
    else void ask(input);
  }

  const isStream = operation.kind === "subscription";
  return (
    <section className={css.run} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{words.run.title}</h2>
      <p>
        {handle === null ? words.run.asStranger : words.run.as(handle)}
        {operation.kind === "mutation" && ` ${words.run.changes}`}
      </p>
      <label htmlFor={id}>{words.run.input}</label>
      <textarea
        id={id}
        value={text}
        rows={Math.min(12, text.split("\n").length + 1)}
        spellCheck={false}
        autoCapitalize="off"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) run();
        }}
      />
      {isStream && isRunning ? (
        <Button onClick={() => stop.current?.()}>{words.run.stop}</Button>
      ) : (
        <Button look="main" isBusy={isRunning} busy={words.run.going} onClick={run}>
          {isStream ? words.run.listen : words.run.go}
        </Button>
      )}
      <div aria-live="polite">
        {isStream && isRunning && <p>{events.length === 0 ? words.run.waiting : words.run.events(events.length)}</p>}
        {told !== null && (
          <>
            <h3>
              {told.isRefused ? words.run.failed : words.run.answer} <small>{told.note}</small>
            </h3>
            {told.value !== null && <Json value={told.value} isRefused={told.isRefused} />}
          </>
        )}
      </div>
      {events.map(({ key, event }) => (
        <Json key={key} value={event} isRefused={false} />
      ))}
    </section>
  );
}

function Json({ value, isRefused }: { value: unknown; isRefused: boolean }) {
  return (
    // Whoever uses no mouse scrolls a long answer, too.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <pre className={css.code} data-refused={isRefused} tabIndex={0}>
      {typeof value === "string" ? value : JSON.stringify(value, null, 2)}
    </pre>
  );
}
