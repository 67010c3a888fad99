// One procedure: what it takes and gives, how it refuses, how often it may be called, its call in the SDK, and a try.
import { useMemo, useState } from "react";
import { Button } from "../parts/button.tsx";
import css from "./docs.module.css";
import { exampleOf, snippetOf } from "./example.ts";
import type { Operation, Reference } from "./reference.ts";
import { Run } from "./run.tsx";
import { SchemaView } from "./schema-view.tsx";
import { words } from "./words.ts";

export function OperationView(props: { operation: Operation; reference: Reference; handle: string | null }) {
  const { operation, reference, handle } = props;
  const { input, kind, auth, repeat } = operation;
  const example = useMemo(() => (input === null ? null : exampleOf(input, reference.shapes)), [input, reference]);
  const facts = [
    words.kinds[kind],
    words.auth[auth],
    repeat === null ? null : words.repeats[repeat],
    operation.isResumable ? words.resumes : null,
  ];
  return (
    <>
      <p className={css.summary}>{operation.summary}.</p>
      <ul className={css.facts}>{facts.map((fact) => fact !== null && <li key={fact}>{fact}</li>)}</ul>
      <Snippet text={snippetOf(operation, example)} />
      <div className={css.pair}>
        <section>
          <h2>{words.takes}</h2>
          {input === null || Object.keys(input.properties ?? input.anyOf ?? {}).length === 0 ? (
            <p>{words.takesNothing}</p>
          ) : (
            <SchemaView schema={input} />
          )}
        </section>
        <section>
          <h2>{kind === "subscription" ? words.tells : words.gives}</h2>
          <SchemaView schema={operation.output} />
        </section>
      </div>
      <Run key={operation.path} operation={operation} example={example} handle={handle} />
      <section>
        <h2>{words.errors}</h2>
        <dl className={css.errors}>
          {operation.errors.map((code) => (
            <div key={code}>
              <dt>
                <code>{code}</code>
              </dt>
              <dd>{reference.sentences[code]}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section>
        <h2>{words.limits}</h2>
        <ul className={css.limits}>
          {operation.limits.map(({ calls, perSeconds, by }) => (
            <li key={`${by}${perSeconds}`}>{words.limit(calls, perSeconds, by)}</li>
          ))}
        </ul>
      </section>
    </>
  );
}

function Snippet({ text }: { text: string }) {
  const [isCopied, setIsCopied] = useState(false);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text);
    setIsCopied(true);
  }
  return (
    <section className={css.snippet}>
      <header>
        <h2>{words.call}</h2>
        <Button look="quiet" size="small" onClick={() => void copy()}>
          {isCopied ? words.copied : words.copy}
        </Button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <pre className={css.code} tabIndex={0}>
        {text}
      </pre>
    </section>
  );
}
