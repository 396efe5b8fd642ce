// The quiet way out. Without this file it is a plain link; with it the page is covered at once, its place in the
// browser's history is taken by the other page, and three presses of Shift do the same as the link.
"use strict";
{
  const link = document.getElementById("leave");
  const away = () => {
    document.documentElement.hidden = true;
    document.title = " ";
    location.replace(link.href);
  };
  link.addEventListener("click", (event) => {
    event.preventDefault();
    away();
  });
  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift" || event.repeat) {
      if (event.key !== "Shift") presses = [];
      return;
    }
    presses = [...presses, event.timeStamp].filter((time) => event.timeStamp - time < 2000);
    if (presses.length >= 3) away();
  });
  document.getElementById("leave-keys").hidden = false;
}
