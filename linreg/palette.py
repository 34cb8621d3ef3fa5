"""The colours of the book, once: for its figures, its labs and its pages."""

__all__ = ["DARK", "PALETTE", "colour", "css_variables"]

# A role, and its colour on a light and on a dark page. Each colour stands out from its page by
# 4.5 to 1 or more, but for the grid, which is meant to recede.
PALETTE = {
    "ink": {"light": "#1f2933", "dark": "#e6e9ee"},
    "muted": {"light": "#5b6672", "dark": "#9aa5b1"},
    "grid": {"light": "#dde2e8", "dark": "#39424e"},
    "paper": {"light": "#ffffff", "dark": "#121212"},
    "data": {"light": "#1d5fa8", "dark": "#7fb5ee"},
    "fit": {"light": "#b4451c", "dark": "#f2976b"},
    "best": {"light": "#1c7a4d", "dark": "#6fce9f"},
    "residual": {"light": "#7a5195", "dark": "#c8a2e0"},
    "warn": {"light": "#b3261e", "dark": "#ff8f85"},
}


DARK = (  # where a page says that it is dark
    'html[data-theme="dark"]',  # the book
    'body[data-jp-theme-light="false"]',  # JupyterLab
    'html[theme="dark"]',  # Colab
    "body.vscode-dark",
)


def css_variables() -> str:
    """Return the palette as CSS variables, ``--lr-ink`` and so on, for light, dark and print."""

    def block(selector, mode):
        lines = "".join(f"  --lr-{role}: {pair[mode]};\n" for role, pair in PALETTE.items())
        return f"{selector} {{\n{lines}}}\n"

    dark = ",\n".join(DARK)
    printed = block(f":root,\n{dark}", "light").replace("\n", "\n  ").rstrip()
    return f"{block(':root', 'light')}\n{block(dark, 'dark')}\n@media print {{\n  {printed}\n}}\n\n"


def colour(role: str) -> str:
    """Return the colour of a role in ``PALETTE`` on a light page, as ``#rrggbb``."""
    return PALETTE[role]["light"]
