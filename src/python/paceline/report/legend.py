"""The legend of a figure, as HTML text above the picture."""

from dataclasses import dataclass

SOLID, DASHED, DOTTED = "", "5 3", "1.5 3"
SHAPES = {
    "o": '<circle cx="14" cy="6" r="3.2"/>',
    "s": '<rect x="11" y="3" width="6" height="6"/>',
    "^": '<path d="M14 2 L17.8 9 L10.2 9 Z"/>',
    "D": '<path d="M14 1.8 L18.2 6 L14 10.2 L9.8 6 Z"/>',
    "v": '<path d="M14 10 L17.8 3 L10.2 3 Z"/>',
    "P": '<path d="M12.6 2 h2.8 v2.6 h2.6 v2.8 h-2.6 v2.6 h-2.8 v-2.6 h-2.6 v-2.8 h2.6 Z"/>',
}


@dataclass
class Entry:
    text: str
    # A name in style.COLOURS.
    colour: str
    marker: str = ""
    dashes: str = SOLID

    def sample(self):
        dashes = f' stroke-dasharray="{self.dashes}"' if self.dashes else ""
        return (f'<svg class="sample" viewBox="0 0 28 12" aria-hidden="true" '
                f'style="color:var(--{self.colour})"><line x1="1" y1="6" x2="27" y2="6"{dashes}/>'
                f"{SHAPES.get(self.marker, '')}</svg>")
