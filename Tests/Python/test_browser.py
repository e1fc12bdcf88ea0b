"""The demo in a real browser: the login form, the experiments of the page, and signing out. Skipped without Chromium.

SALLYPORT_SCREENSHOTS names a folder that gets pictures of the page, for the README.
"""

import os
import pathlib

import pytest

import browser
from demo import demo

pytestmark = pytest.mark.skipif(browser.BROWSER is None, reason="no Chromium is installed")


@pytest.fixture
def signed_in(tmp_path):
    """A page on which alice has just signed in with the form."""
    with demo(tmp_path, "--access-token-expire-seconds", "6") as gate, browser.page(tmp_path) as page:
        page.gate = gate
        page.size(1200, 900)
        page.open(gate.origin + "/")
        picture(page, "login")
        page.evaluate("""(() => {
            document.querySelector('input[name=username]').value = 'alice';
            document.querySelector('input[name=password]').value = 'wonderland';
            document.querySelector('form[action="/login"]').requestSubmit();
        })()""")
        page.wait("document.querySelector('section.headers')", "the page of a signed-in user")
        yield page


def picture(page, name):
    folder = os.environ.get("SALLYPORT_SCREENSHOTS")
    if folder:
        page.screenshot(pathlib.Path(folder) / f"{name}.png")


def click(page, selector):
    """Clicks a button as soon as the page's script has enabled it."""
    page.wait(f"document.querySelector({(selector + ':enabled')!r})", f"{selector} is enabled")
    page.evaluate(f"document.querySelector({selector!r}).click()")


def result(page, card):
    """What an experiment said in the end, and whether that was good."""
    selector = f"#{card} .result"
    page.wait(f"document.querySelector('{selector}').matches('.good, .bad')", f"the experiment {card} ends", 60)
    return page.evaluate(f"[document.querySelector('{selector}').textContent, "
                         f"document.querySelector('{selector}').classList.contains('good')]")


def test_the_form_signs_in_and_the_page_shows_who_is_there(signed_in):
    text = signed_in.evaluate("document.querySelector('section.headers').innerText.toLowerCase()")
    assert "x-user-id" in text and "alice" in text
    assert signed_in.evaluate("document.cookie") == "", "no script can read the cookies"
    picture(signed_in, "demo")
    signed_in.size(390, 844)
    picture(signed_in, "phone")
    assert signed_in.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than a phone"


def test_fifty_requests_with_an_expired_token_all_succeed(signed_in):
    click(signed_in, "#expiry [data-run=wait]")
    signed_in.wait("document.querySelectorAll('#expiry .dots li').length === 50 && "
                   "[...document.querySelectorAll('#expiry .dots li')].every(dot => dot.textContent)", "50 answers", 60)
    statuses = signed_in.evaluate("[...document.querySelectorAll('#expiry .dots li')].map(dot => dot.textContent)")
    assert statuses == ["200"] * 50
    words, is_good = result(signed_in, "expiry")
    assert is_good and "1 rotation" in words, words
    picture(signed_in, "experiment")


@pytest.mark.parametrize("card, button", [("forgery", "forge"), ("theft", "steal"), ("echo", "send")])
def test_the_other_experiments_end_well(signed_in, card, button):
    click(signed_in, f"#{card} [data-run={button}]")
    words, is_good = result(signed_in, card)
    assert is_good, words


def test_signing_out_leads_back_to_the_form(signed_in):
    signed_in.evaluate("document.querySelector('form[action=\"/.sallyport/logout\"]').requestSubmit()")
    signed_in.wait("document.querySelector('form[action=\"/login\"]')", "the form of a visitor")
    signed_in.open(signed_in.gate.origin + "/")
    assert signed_in.evaluate("!!document.querySelector('form[action=\"/login\"]')")
