"""Promise: a built page has of the widgets' state what it shows, and a lab's source only once."""

import json
from types import SimpleNamespace

import labs as extension
import pytest

import linreg.labs
from linreg.labs import Walk

VIEW = '<script type="application/vnd.jupyter.widget-view+json">{}</script>'


@pytest.fixture
def page():
    """A page as myst-nb leaves it: a lab, and a slider with its layout, in a box."""
    models = {
        "lab": {"state": {"_esm": Walk.bundle(), "layout": "IPY_MODEL_plain"}},
        "plain": {"state": {}},
        "box": {"state": {"children": ["IPY_MODEL_slider"], "layout": "IPY_MODEL_wide"}},
        "wide": {"state": {"width": "100%</script>"}},
        "slider": {"state": {"box": "IPY_MODEL_box", "gone": "IPY_MODEL_missing"}},
    }
    state = {"version_major": 2, "version_minor": 0, "state": models}
    scripts = {
        "ipywidgets_state": (None, {"type": "state", "body": json.dumps(state)}),
        "ipywidgets_0": ("require.js", {}),
        "other": ("other.js", {}),
    }
    env = SimpleNamespace(nb_metadata={"page": {"js_files": scripts}})
    return SimpleNamespace(env=env, scripts=scripts)


def build(app, body):
    extension.drop_widgets(app, "page", "page.html", {"body": body}, None)


def test_a_page_that_shows_no_widget_has_none_of_their_state(page):
    build(page, Walk().html())
    assert list(page.scripts) == ["other"]


def test_a_page_keeps_the_widgets_that_it_shows_and_what_they_are_made_of(page):
    build(page, Walk().html() + VIEW.format('{"model_id": "box", "version_major": 2}'))
    assert list(page.scripts) == ["ipywidgets_state", "ipywidgets_0", "other"]
    path, attributes = page.scripts["ipywidgets_state"]
    assert (path, attributes["type"]) == (None, "state")
    assert "</script>" not in attributes["body"]
    state = json.loads(attributes["body"])
    assert state["version_major"] == 2
    assert list(state["state"]) == ["box", "wide", "slider"]
    assert state["state"]["wide"] == {"state": {"width": "100%</script>"}}


def test_a_page_draws_the_still_pictures_of_its_labs():
    added = []
    app = SimpleNamespace(
        add_css_file=added.append, add_js_file=lambda name, **_: added.append(name)
    )
    context = {"body": f"<p>before</p>{Walk().html()}"}
    extension.add_to_page(app, "page", "page.html", context, None)
    assert "data:image/svg+xml" in Walk().html()
    assert "data:image/svg+xml" not in context["body"]
    assert Walk().still() in context["body"]
    assert added == ["labs/labs.css", "labs/walk.js", "labs/shim.js"]


@pytest.mark.parametrize("pagename", ["page", "elsewhere"])
def test_a_page_without_widgets_is_left_alone(pagename):
    app = SimpleNamespace(env=SimpleNamespace(nb_metadata={"page": {"js_files": {}}}))
    extension.drop_widgets(app, pagename, "page.html", {}, None)
    assert app.env.nb_metadata == {"page": {"js_files": {}}}
    extension.drop_widgets(SimpleNamespace(env=SimpleNamespace()), pagename, "", {}, None)


def test_what_is_written_into_the_book_is_each_labs_source_and_the_one_style(tmp_path):
    app = SimpleNamespace(builder=SimpleNamespace(format="html"), outdir=tmp_path)
    extension.write_files(app)
    found = {path.name for path in (tmp_path / "_static" / "labs").iterdir()}
    slugs = {getattr(linreg.labs, name).slug() for name in linreg.labs.__all__}
    assert found == {"labs.css", "shim.js", *(f"{slug}.js" for slug in slugs)}
    script = (tmp_path / "_static" / "labs" / "walk.js").read_text(encoding="utf-8")
    assert json.dumps(Walk.bundle()) in script
