// Small help for the desk's frame; everything works without it. Open menus close with Escape or a click beside them.
"use strict";

const menus = () => document.querySelectorAll("#header details[open]");

document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A choice that Select2 draws is named by what is chosen alone, by nothing where nothing is; its own label comes first.
function nameChoices() {
  for (const drawn of document.querySelectorAll(".select2-selection[aria-labelledby]:not([data-named])")) {
    const chosen = drawn.closest(".select2-container").previousElementSibling;
    const label = chosen && chosen.id && document.querySelector(`label[for="${chosen.id}"]`);
    if (!label) continue;
    label.id ||= `${chosen.id}_label`;
    drawn.dataset.named = "";
    drawn.setAttribute("aria-labelledby", `${label.id} ${drawn.getAttribute("aria-labelledby")}`);
    drawn.querySelector(".select2-selection__rendered")?.setAttribute("aria-labelledby", label.id);
  }
}
if (document.querySelector(".admin-autocomplete")) {
  new MutationObserver(nameChoices).observe(document.body, { childList: true, subtree: true });
  nameChoices();
}

// Where one is stands in view, in the menu and in each line of choices; the page itself does not move.
for (const here of document.querySelectorAll("#nav-sidebar [aria-current], #changelist-filter li.selected")) {
  const box = here.closest("#nav-sidebar") || here.closest("ul");
  const [place, frame] = [here.getBoundingClientRect(), box.getBoundingClientRect()];
  if (place.bottom > frame.bottom - 32) box.scrollTop += place.bottom - frame.bottom + 64;
  if (place.right > frame.right - 32) box.scrollLeft += place.left - frame.left;
}
