// On a small screen the filters are folded away until somebody asks for them.
if (matchMedia("(max-width: 56em)").matches) {
  for (const filters of document.querySelectorAll("details.facets")) filters.open = false;
}
