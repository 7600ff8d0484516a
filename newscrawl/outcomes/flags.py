"""Flags: why a person should look at the page of an article that was kept, in words."""

FLAGS = {
    "new_design": "the markup around headline, date or body is new",
    "cut_off": "the page was cut off each time",
    "other_address": "the page names the address of another article",
    "long_title": "the title had swallowed what follows it, or was not in its place",
    "strange_text": "the text looks wrong to who does not know the design",
    "unproven_design": "read by what the parts of the page are, whose design is not proven",
    "general_reading": "read by the general extractor",
}
