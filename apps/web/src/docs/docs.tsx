// The reference of the API, at /docs: a list of all procedures and shapes to search, and one of them.
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { type ReactNode, useId, useMemo, useState } from "react";
import { useMe } from "../app/me.ts";
import { Page } from "../shell/page.tsx";
import css from "./docs.module.css";
import { OperationView } from "./operation.tsx";
import { type Reference, referenceQuery } from "./reference.ts";
import { SchemaView } from "./schema-view.tsx";
import { words } from "./words.ts";

interface Group {
  name: string;
  entries: { name: string; shown: string; about: string }[];
}

function groupsOf({ operations, shapes }: Reference, wanted: string): Group[] {
  const has = (...texts: string[]) => texts.some((text) => text.toLowerCase().includes(wanted.trim().toLowerCase()));
  const rooms = new Map<string, Group>();
  for (const { path, summary } of operations.filter((one) => has(one.path, one.summary))) {
    const [room = "", shown = ""] = path.split(".");
    const group = rooms.get(room) ?? { name: room, entries: [] };
    group.entries.push({ name: path, shown, about: summary });
    rooms.set(room, group);
  }
  const named = Object.keys(shapes).filter((name) => has(name));
  const last = { name: words.shapes, entries: named.map((name) => ({ name, shown: name, about: "" })) };
  return [...rooms.values(), ...(named.length > 0 ? [last] : [])];
}

function Contents({ reference, isLong }: { reference: Reference; isLong: boolean }) {
  const id = useId();
  const [wanted, setWanted] = useState("");
  const groups = useMemo(() => groupsOf(reference, wanted), [reference, wanted]);
  return (
    <nav className={css.contents} data-long={isLong} aria-label={words.contents}>
      <label htmlFor={id} className="hidden-text">
        {words.find}
      </label>
      <input
        id={id}
        type="search"
        value={wanted}
        placeholder={words.find}
        onChange={(event) => setWanted(event.target.value)}
      />
      {groups.length === 0 && <p>{words.nothing}</p>}
      {groups.map((group) => (
        <div key={group.name}>
          <h2>{group.name}</h2>
          <ul>
            {group.entries.map(({ name, shown, about }) => (
              <li key={name}>
                <Link to="/docs/$name" params={{ name }} activeProps={{ "aria-current": "page" }}>
                  <code>{shown}</code>
                  {isLong && about !== "" && <span>{about}</span>}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

/** Loads the reference for what is drawn of it. */
function Loaded({ children }: { children: (reference: Reference) => ReactNode }) {
  const { data, isError } = useQuery(referenceQuery);
  if (data !== undefined) return children(data);
  return <p className={css.wait}>{isError ? words.failed : null}</p>;
}

export function DocsScreen() {
  return (
    <Page title={words.title} width="wide">
      <div className={css.front}>
        <p>{words.intro}</p>
        <p>
          <a href="/openapi.json" className={css.shape}>
            {words.openapi}
          </a>
        </p>
        <Loaded>{(reference) => <Contents reference={reference} isLong />}</Loaded>
      </div>
    </Page>
  );
}

export function DocsEntryScreen() {
  const { name } = useParams({ from: "/docs/$name" });
  return (
    <Page title={name} width="wide" key={name}>
      <Loaded>
        {(reference) => (
          <div className={css.columns}>
            <div className={css.aside}>
              <Link to="/docs" className={css.shape}>
                {words.back}
              </Link>
              <Contents reference={reference} isLong={false} />
            </div>
            <div className={css.entry}>
              <Entry name={name} reference={reference} />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Entry({ name, reference }: { name: string; reference: Reference }) {
  const handle = useMe()?.handle ?? null;
  const operation = reference.operations.find(({ path }) => path === name);
  if (operation !== undefined) return <OperationView operation={operation} reference={reference} handle={handle} />;
  const shape = reference.shapes[name];
  return shape === undefined ? <p>{words.unknown}</p> : <SchemaView schema={shape} />;
}
