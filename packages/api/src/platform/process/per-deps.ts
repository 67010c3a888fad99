// Things that live as long as a process's `deps` and belong to it: a batcher, a cache. Tests with several deps keep them
// apart; what is dropped with its deps is collected with it.

/** One `make(deps)` for each deps object, made when it is first asked for. */
export function onePerDeps<Owner extends object, Thing>(make: (deps: Owner) => Thing): (deps: Owner) => Thing {
  const made = new WeakMap<Owner, { thing: Thing }>();
  return (deps) => {
    const known = made.get(deps);
    if (known !== undefined) return known.thing;
    const thing = make(deps);
    made.set(deps, { thing });
    return thing;
  };
}
