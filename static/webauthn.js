// Passkeys. A form with data-passkey="create" or "get" asks the browser for one before it is sent: what to ask for lies
// in #js_data, the answer goes into the form's hidden field. [data-passkey-trouble] says what went wrong; every text is
// the server's. Translating JSON into what browsers take is allauth's webauthn-json.js.
"use strict";

function trouble(form, name) {
  const place = form.querySelector("[data-passkey-trouble]");
  place.textContent = place.dataset[name];
  place.hidden = false;
}

async function ask(form, event) {
  event.preventDefault();
  if (!window.PublicKeyCredential) return trouble(form, "none");
  const asked = JSON.parse(document.getElementById("js_data").textContent);
  const kind = form.dataset.passkey;
  let answer;
  try {
    answer = kind === "create" ? await webauthnJSON.create(asked.creation_options) : await webauthnJSON.get(asked.request_options);
  } catch {
    return trouble(form, "failed");
  }
  form.elements.credential.value = JSON.stringify(answer);
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", (event) => ask(form, event));
}
