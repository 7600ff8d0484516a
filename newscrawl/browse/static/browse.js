// On a small screen the filters are closed at first.
if (matchMedia("(max-width: 56em)").matches) {
  for (const filters of document.querySelectorAll("details.facets")) filters.open = false;
}
// Shift and Enter run a query.
for (const query of document.querySelectorAll("form.sql textarea")) {
  query.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.shiftKey) return;
    event.preventDefault();
    query.form.requestSubmit();
  });
}
