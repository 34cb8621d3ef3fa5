"""Promise: the pictures of a still show where no drawing may stand, and a page has them drawn."""

import re
import xml.etree.ElementTree as ElementTree
from base64 import b64decode

import pytest

from linreg import labs
from linreg.labs.kit.lab import Lab
from linreg.labs.kit.picture import as_images, inline

LABS = [getattr(labs, name) for name in labs.__all__]
SOURCE = re.compile(r'src="data:image/svg\+xml;base64,([^"]+)"')
SVG = "{http://www.w3.org/2000/svg}"
each_lab = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.__name__)


@each_lab
def test_a_lab_shows_its_drawings_as_images(lab):
    html, still = lab().html(), lab().still()
    assert "<svg" not in html
    assert len(SOURCE.findall(html)) == still.count('<svg role="img"') > 0
    assert html.count("<p>") == still.count("<p>")


@each_lab
def test_an_image_is_a_picture_by_itself(lab):
    for source in SOURCE.findall(lab().html()):
        drawing = ElementTree.fromstring(b64decode(source))
        assert drawing.tag == f"{SVG}svg"
        assert drawing.get("font-family") == "sans-serif"
        title, ground, *rest = drawing
        assert (title.tag, ground.tag, ground.get("fill")) == (
            f"{SVG}title",
            f"{SVG}rect",
            "#ffffff",
        )
        assert len(rest) > 5


@each_lab
def test_an_image_says_in_words_what_its_drawing_has_as_its_title(lab):
    titles = re.findall(r"<title>(.*?)</title>", lab().still())
    assert re.findall(r'<img [^>]*alt="([^"]+)"', lab().html()) == titles
    sizes = re.findall(
        r'<svg role="img"[^>]*( width="\d+" height="\d+" style="[^"]+")', lab().still()
    )
    assert re.findall(r"<img [^>]*?( width=.*?) src=", lab().html()) == sizes


@each_lab
def test_a_page_has_the_drawings_back(lab):
    assert inline(as_images(lab().still())) == lab().still()
    assert inline(lab().html()).count('<svg role="img"') == lab().still().count('<svg role="img"')


def test_what_is_written_around_drawings_stays():
    svg = '<svg role="img" width="1" height="2" style="a"><title>“&lt;”</title><svg>{}</svg></svg>'
    text = f"<p>one</p>{svg.format('é')}{svg.format('–')}<p>two</p>{svg.format('3')}three"
    images = as_images(text)
    assert images.count("<img") == 3
    assert [images.startswith("<p>one</p><img"), images.endswith(">three")] == [True, True]
    assert 'alt="“&lt;”"' in images
    assert inline(images) == text


def test_an_image_of_another_kind_stays_an_image():
    other = '<img src="data:image/svg+xml;base64,PHN2Zy8+">'
    assert inline(other) == other


def test_a_still_without_a_drawing_is_as_it_was():
    class Bare(Lab):
        _esm = "export default {}"

        def still(self):
            return "<p>nothing to see</p>"

    assert Bare().html().endswith('<div class="lr-still"><p>nothing to see</p></div></div>')
