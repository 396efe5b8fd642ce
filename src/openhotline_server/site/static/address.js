// Copying an address is an act of its own: it is shown in a form that no programme makes a link of, and nothing here
// opens it or asks for it. Without this script the form to copy stands under "As it is".

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.closest("details").open = true; // a page without HTTPS has no clipboard
      field.select();
      document.execCommand("copy");
    }
    const said = document.getElementById(button.dataset.said);
    said.textContent = "Copied.";
    setTimeout(() => (said.textContent = ""), 4000);
  });
}
