// Refreshes the progress of exports that wait or run; without it, reloading the page shows the same.
"use strict";

const PAUSE = 2000;

function show(element, shown) {
  const bar = element.querySelector("progress");
  if (bar) bar.value = shown.percent;
  for (const [name, text] of [["text", shown.text], ["step", shown.step], ["left", shown.left]]) {
    const place = element.querySelector(`[data-show="${name}"]`) || (name === "text" && element.querySelector("span"));
    if (place) place.textContent = text;
  }
}

async function follow(element) {
  const answer = await fetch(element.dataset.live, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const shown = await answer.json();
  if (!shown.active) {
    window.location.reload();
    return;
  }
  show(element, shown);
  setTimeout(() => follow(element), PAUSE);
}

document.querySelectorAll("[data-live]").forEach((element) => setTimeout(() => follow(element), PAUSE));
