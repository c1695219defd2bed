// News of a part of the page put in by what differs: what stands as it stood keeps its scroll, the
// focus and what is typed, and an alert that was read out is not read out again.

/** Have `old` say what `fresh` says. */
export function renew(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (!alike(old, fresh) || worded(old) || worded(fresh)) return void old.replaceWith(fresh);
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const left = [...old.children];
  const wanted = [...fresh.children];
  wanted.forEach((next, at) => {
    const before = left.find((one) => one.isEqualNode(next)) ?? left.find((one) => alike(one, next) && !wanted.slice(at + 1).some((later) => later.isEqualNode(one)));
    if (!before) return void (left[0] ? left[0].before(next) : old.append(next));
    for (const gone of left.splice(0, left.indexOf(before) + 1)) if (gone !== before) gone.remove();
    renew(before, next);
  });
  for (const gone of left) gone.remove();
}

/** Whether two elements are the same thing, whatever it says now. */
const alike = (one, other) => one.tagName === other.tagName && ["id", "role", "aria-label", "data-care"].every((name) => one.getAttribute(name) === other.getAttribute(name));

/** Whether an element holds words of its own beside its elements. */
const worded = (one) => !one.childElementCount || [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
