// Sends the chosen files, one after the other, and shows what became of each.
//
// A file is the request's whole body: the server puts it on its disk as it comes, and checks
// it there. The answer is a part of this page.

const form = document.getElementById("import");
const input = document.getElementById("files");
const bar = document.getElementById("bar");
const progress = document.getElementById("progress");
const words = document.getElementById("progress-words");
const results = document.getElementById("results");
const button = form.querySelector("button");

const STEPS = Number(bar.max);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = input.disabled = true;
  results.replaceChildren();
  progress.hidden = false;
  for (const file of input.files) {
    const answer = file.size > Number(form.dataset.most) ? tooLarge() : await send(file);
    results.append(section(file.name, answer));
  }
  progress.hidden = true;
  button.disabled = input.disabled = false;
  form.reset();
  input.focus();
});

/** Send one file; a node that says what became of it. Upload progress is XMLHttpRequest's only. */
function send(file) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/imports");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRF-Token", form.dataset.csrf);
    request.setRequestHeader("Accept", "application/problem+json");
    show(`Sending ${file.name}`, 0);
    request.upload.addEventListener("progress", ({ loaded, total }) => show(`Sending ${file.name}`, loaded / total));
    request.upload.addEventListener("load", () => show(`Checking ${file.name}`, null));
    request.addEventListener("load", () => resolve(read(request)));
    request.addEventListener("error", () => resolve(trouble("The connection broke. What arrived is kept; import the file again.")));
    request.send(file);
  });
}

/** The answer as a node: the server's own part of the page, or its problem in words. */
function read(request) {
  if ((request.getResponseHeader("Content-Type") ?? "").startsWith("text/html")) {
    const part = document.createElement("template");
    part.innerHTML = request.responseText;
    return part.content;
  }
  try {
    return trouble(JSON.parse(request.responseText).detail);
  } catch {
    return trouble(`The server answers with status ${request.status}. Try again later.`);
  }
}

function tooLarge() {
  return trouble("This file is larger than any that Invigil saves. Choose another one.");
}

function trouble(text) {
  const notice = document.createElement("p");
  notice.className = "notice bad";
  notice.textContent = text;
  return notice;
}

function section(name, node) {
  const whole = document.createElement("section");
  whole.className = "stack";
  const heading = document.createElement("h2");
  heading.textContent = name;
  whole.append(heading, node);
  return whole;
}

/** How far it is; `null` while nobody knows. */
function show(text, fraction) {
  words.textContent = text;
  if (fraction === null) bar.removeAttribute("value");
  else bar.value = Math.round(fraction * STEPS);
}
