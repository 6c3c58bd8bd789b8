"""The browser that tests are given."""

import pytest
from playwright.async_api import Browser

pytestmark = pytest.mark.browser

# Draws one character and returns the picture; what no font has is drawn as the same empty box.
_DRAW = """character => {
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d");
    pen.font = "64px sans-serif";
    pen.fillText(character, 20, 90);
    return canvas.toDataURL();
}"""
_IN_NO_FONT = "\U000effff"


async def test_the_fonts_have_what_people_here_write(browser: Browser) -> None:
    page = await browser.new_page()
    missing = [await page.evaluate(_DRAW, text) for text in (" ", _IN_NO_FONT)]
    for character in ("ệ", "ữ", "Đ", "₫", "派", "們", "🚨", "👮"):
        assert await page.evaluate(_DRAW, character) not in missing, character
