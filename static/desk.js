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
