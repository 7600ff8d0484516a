// On a small screen the filters are closed at first.
if (matchMedia("(max-width: 56em)").matches) {
  for (const filters of document.querySelectorAll("details.facets")) filters.open = false;
}
