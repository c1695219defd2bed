// Which flags the list shows and in what order: filters, and grouping by kind. No elements here.

/**
 * What the list shows of `flags`: { flag } for a row, { head: { label, all, open } } for the
 * heading of a group.
 *
 * @param flags in order of time
 * @param wanted what a flag must have, by name; "" for whatever
 * @param byKind whether flags of a kind stand together
 */
export function ordered(flags, wanted, byKind) {
  const rules = Object.entries(wanted).filter(([, value]) => value);
  const chosen = flags.filter((flag) => rules.every(([name, value]) => flag[name] === value));
  if (!byKind) return chosen.map((flag) => ({ flag }));
  return [...grouped(chosen)].sort(([a], [b]) => a.localeCompare(b)).flatMap(([label, its]) => {
    const open = its.filter((flag) => flag.verdict === "open").length;
    return [{ head: { label, all: its.length, open } }, ...its.map((flag) => ({ flag }))];
  });
}

function grouped(flags) {
  const groups = new Map();
  for (const flag of flags) {
    if (!groups.has(flag.label)) groups.set(flag.label, []);
    groups.get(flag.label).push(flag);
  }
  return groups;
}
