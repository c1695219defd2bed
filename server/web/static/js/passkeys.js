// Passkeys: asks the server what to ask the browser, and brings back its answer.
// Without them the forms stay: a code always works.

const REGISTER = { options: "/settings/account/passkeys/options", done: "/settings/account/passkeys" };
const USE = { options: "/login/passkey/options", done: "/login/passkey" };

async function post(address, csrf, body) {
  const headers = { Accept: "application/json" };
  if (csrf) headers["X-CSRF-Token"] = csrf;
  const form = body instanceof URLSearchParams;
  if (!form) headers["Content-Type"] = "application/json";
  const sent = form ? body : JSON.stringify(body);
  const answer = await fetch(address, { method: "POST", headers, body: sent });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail ?? "That did not work. Try again.");
  return said;
}

async function register(form) {
  const csrf = form.dataset.csrf;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    await post(REGISTER.options, csrf, new URLSearchParams(new FormData(form))));
  const credential = await navigator.credentials.create({ publicKey });
  const about = form.elements.about.value;
  return post(REGISTER.done, csrf, { credential: credential.toJSON(), about });
}

async function use(form) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await post(USE.options, "", {}));
  const credential = await navigator.credentials.get({ publicKey });
  return post(USE.done, "", { credential: credential.toJSON(), about: form.dataset.next });
}

// What browsers throw where the person said no, or the key is there already.
const WORDS = {
  NotAllowedError: "It was cancelled, or took too long. Try again.",
  InvalidStateError: "This device has a passkey for you already.",
  SecurityError: "This address does not fit the server's name. Open it by that name.",
};

for (const form of document.querySelectorAll("[data-passkey]")) {
  const said = form.querySelector("[data-said]");
  const can = typeof globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON === "function";
  if (!can) {
    form.querySelector("button").disabled = true;
    said.textContent = "This browser cannot use passkeys.";
    continue;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    try {
      const done = await (form.dataset.passkey === "register" ? register(form) : use(form));
      location.assign(done.next);
    } catch (error) {
      said.textContent = WORDS[error.name] ?? error.message;
    }
  });
}
