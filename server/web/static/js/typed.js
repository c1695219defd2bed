// What was typed into forms that the server draws anew: kept for as long as the page is open, or
// until the server has taken it. An answer to one form leaves what is in the others.

export class Typed {
  #kept = new Map(); // where a form is sent -> Map(name -> what is in it; null is not ticked)

  /** `part` is filled by htmx, as a whole. */
  constructor(part) {
    this.part = part;
    part.addEventListener("input", ({ target }) => this.#keep(target));
    part.addEventListener("htmx:beforeSwap", ({ detail }) => this.#taken(detail));
    part.addEventListener("htmx:afterSwap", () => this.#restore());
  }

  /** Keep no more what is in fields of this name. */
  forget(name) {
    for (const fields of this.#kept.values()) fields.delete(name);
  }

  #keep(field) {
    const to = field.form?.getAttribute("hx-post");
    if (!to) return;
    if (!this.#kept.has(to)) this.#kept.set(to, new Map());
    this.#kept.get(to).set(field.name, field.type === "checkbox" && !field.checked ? null : field.value);
  }

  /** What was taken as it was sent; not what was typed since. */
  #taken({ xhr, requestConfig: { verb, path, formData } }) {
    const fields = this.#kept.get(path);
    if (verb !== "post" || xhr.status !== 200 || !fields) return;
    for (const [name, value] of fields) if (formData.get(name) === value) fields.delete(name);
  }

  #restore() {
    for (const form of this.part.querySelectorAll("form[hx-post]")) {
      for (const [name, value] of this.#kept.get(form.getAttribute("hx-post")) ?? []) {
        for (const field of form.elements) if (field.name === name) this.#fill(field, value);
      }
    }
  }

  #fill(field, value) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = field.value === value;
    else field.value = value;
    const around = field.closest("details");
    if (around && value) around.open = true;
  }
}
