// A schema as one reads it: a line a field, names of shapes as links, and sentences beside what they are about.
import { Link } from "@tanstack/react-router";
import { Fragment, type ReactNode } from "react";
import css from "./docs.module.css";
import { nameOf, type Schema } from "./reference.ts";

function separated(parts: ReactNode[], separator: string): ReactNode {
  return parts.map((part, index) => (
    <Fragment key={index}>
      {index > 0 && separator}
      {part}
    </Fragment>
  ));
}

function isObject(schema: Schema): boolean {
  return schema.type === "object" && schema.properties !== undefined && Object.keys(schema.properties).length > 0;
}

/** The type in a few words; of an object that has no name only that it is one. */
function TypeName({ schema }: { schema: Schema }): ReactNode {
  if (schema.$ref !== undefined) {
    const name = nameOf(schema.$ref);
    return (
      <Link to="/docs/$name" params={{ name }} className={css.shape}>
        {name}
      </Link>
    );
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined)
    return separated(
      schema.enum.map((value) => JSON.stringify(value)),
      " | ",
    );
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined)
    return separated(
      choices.map((one, index) => <TypeName key={index} schema={one} />),
      " | ",
    );
  if (schema.not !== undefined) return "never";
  if (schema.type === "array") {
    return (
      <>
        <TypeName schema={schema.items ?? {}} />
        []
      </>
    );
  }
  if (schema.type === "object") return isObject(schema) ? "{ … }" : "object";
  return Array.isArray(schema.type) ? schema.type.join(" | ") : (schema.type ?? "anything");
}

function noteOf(schema: Schema): string {
  const parts = [schema.description, schema.format === "date-time" ? "ISO 8601, in UTC" : undefined];
  if (schema.minimum !== undefined && schema.maximum !== undefined)
    parts.push(`${schema.minimum} to ${schema.maximum}`);
  if (schema.maxItems !== undefined) parts.push(`at most ${schema.maxItems}`);
  if (schema.default !== undefined) parts.push(`default ${JSON.stringify(schema.default)}`);
  return parts.filter(Boolean).join(" · ");
}

/** What of a field's own schema has fields: itself, the items of a list, or the one choice that is an object. */
function insideOf(schema: Schema): Schema[] {
  if (isObject(schema)) return [schema];
  if (schema.type === "array" && schema.items !== undefined) return insideOf(schema.items);
  return (schema.anyOf ?? schema.oneOf ?? []).flatMap(insideOf);
}

function Fields({ schema }: { schema: Schema }) {
  const required = new Set(schema.required);
  return (
    <ul className={css.fields}>
      {Object.entries(schema.properties ?? {}).map(([name, field]) => {
        const note = noteOf(field);
        return (
          <li key={name}>
            <code>
              {name}
              {required.has(name) ? "" : "?"}: <TypeName schema={field} />
            </code>
            {note !== "" && <small>{note}</small>}
            <Inside schema={field} />
          </li>
        );
      })}
    </ul>
  );
}

function Inside({ schema }: { schema: Schema }) {
  return insideOf(schema).map((one) => <Fields key={Object.keys(one.properties ?? {}).join()} schema={one} />);
}

/** A whole schema: its fields, or its type where it has none. */
export function SchemaView({ schema }: { schema: Schema }) {
  const inside = insideOf(schema);
  if (inside.length === 0) {
    return (
      <p>
        <code className={css.type}>
          <TypeName schema={schema} />
        </code>
      </p>
    );
  }
  return <Inside schema={schema} />;
}
