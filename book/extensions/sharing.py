"""Sphinx extension: what a chapter says of itself where somebody shares its address.

Its description is the question that it asks, its picture its first figure. The tags themselves are
written by sphinxext-opengraph, which this comes before.
"""

from html import escape
from pathlib import Path

from docutils import nodes
from weight import is_bundle

FOLDER = "_static/shared"


def setup(app):
    """Connect the moments: a page is read, forgotten and written, and the book is built."""
    app.connect("doctree-read", keep_picture, priority=400)  # before one form of it is left out
    app.connect("env-purge-doc", lambda app, env, page: pictures(env).pop(page, None))
    app.connect("html-page-context", describe, priority=400)
    app.connect("build-finished", copy_pictures)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}


def pictures(env):
    """Return the first picture of each page: its file, and what it shows."""
    if not hasattr(env, "shared_pictures"):
        env.shared_pictures = {}
    return env.shared_pictures


def keep_picture(app, doctree):
    """Keep the first picture of a page that is made of pixels, as other sites want them."""
    for bundle in doctree.findall(is_bundle):
        for form in bundle.children:
            if form["mime_type"] == "image/png":
                (image,) = form.findall(nodes.image)
                pictures(app.env)[app.env.docname] = image["uri"].lstrip("/"), image.get("alt", "")
                return


def describe(app, pagename, templatename, context, doctree):
    """Tell a chapter's question and picture to what writes the tags."""
    questions = {c.page: c.question for _, chapters in app.env.book_parts for c in chapters}
    about = dict(context.get("meta") or {})
    if question := questions.get(pagename):
        about["og:description"] = question
        tag = f'<meta name="description" content="{escape(question)}">\n'
        context["metatags"] = context.get("metatags", "") + tag
    if pagename in pictures(app.env):
        _, shows = pictures(app.env)[pagename]
        about["og:image"] = app.config.ogp_site_url + picture_of(pagename)
        about["og:image:alt"] = shows
    context["meta"] = about


def picture_of(page):
    """Return where a page's picture stands in the built book."""
    return f"{FOLDER}/{page.replace('/', '-')}.png"


def copy_pictures(app, exception):
    """Copy the pictures to where their addresses point."""
    if exception or app.builder.format != "html":
        return
    (Path(app.outdir) / FOLDER).mkdir(parents=True, exist_ok=True)
    for page, (picture, _) in pictures(app.env).items():
        copy = Path(app.outdir) / picture_of(page)
        copy.write_bytes((Path(app.srcdir) / picture).read_bytes())
