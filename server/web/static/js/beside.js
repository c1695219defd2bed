// What stands beside the flag that is looked at: asked for anew whenever that is another one.

const form = document.getElementById("decide");
const beside = document.getElementById("beside");
const conclusion = document.getElementById("conclusion");
const session = document.getElementById("review").dataset.session;
let shown = "";

function show() {
  const flag = form.hidden ? "" : form.elements.flag.value;
  if (flag === shown) return;
  shown = flag;
  beside.hidden = !flag;
  if (flag) htmx.ajax("GET", `/sessions/${session}/flags/${encodeURIComponent(flag)}/beside`, { target: beside, swap: "innerHTML" });
}

// The form is filled by its own module; a hidden field's value is an attribute, and seen.
new MutationObserver(show).observe(form.elements.flag, { attributes: true, attributeFilter: ["value"] });
new MutationObserver(show).observe(form, { attributes: true, attributeFilter: ["hidden"] });
document.body.addEventListener("flag-decided", () => {
  shown = "";
  show();
});

// With all of its flags decided, what is left is the session itself.
conclusion.addEventListener("htmx:sendError", unsent);
beside.addEventListener("htmx:sendError", unsent);

function unsent({ currentTarget }) {
  const told = currentTarget.querySelector("[role=status]");
  told.hidden = false;
  told.className = "notice bad";
  told.textContent = "The server did not take this. Nothing is saved; what you typed is still here. Try again.";
}

show();
