"""The pages in a real browser, while a real search runs."""

import base64
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Running
from tests.acceptance.pdf import page_texts

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.common.exceptions import StaleElementReferenceException  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import Select, WebDriverWait  # noqa: E402

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None or DRIVER is None,
        reason="no chromium and chromedriver (on Debian: apt install chromium chromium-driver)",
    ),
]
Start = Callable[..., Running]
Browser = Any


@pytest.fixture
def browser() -> Iterator[Browser]:
    options = webdriver.ChromeOptions()
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-dev-shm-usage",
        "--window-size=1280,1000",
    ):
        options.add_argument(argument)
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def dashboard(sqlite_url: str) -> Iterator[Callable[[], str]]:
    """Start the pages and return their address."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "har_search", "dashboard", "--storage", sqlite_url]
        started.append(subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL))
        address = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                with urllib.request.urlopen(address, timeout=5):
                    return address
            except urllib.error.URLError:
                assert started[-1].poll() is None
                time.sleep(0.1)
        raise AssertionError("the pages do not answer")

    yield start
    for process in started:
        process.terminate()
        assert process.wait(20) == 0


def texts(browser: Browser, selector: str) -> list[str]:
    """What elements say, read at one moment: the page replaces its moving part by itself."""
    read = "return [...document.querySelectorAll(arguments[0])].map(x => x.textContent.trim())"
    found: list[str] = browser.execute_script(read, selector)
    return found


def column(browser: Browser, position: int) -> list[float]:
    """The numbers in one column of the table, from the top."""
    return [float(each) for each in texts(browser, f".board tbody td:nth-child({position})")]


def done(browser: Browser) -> int:
    return int(texts(browser, ".progress .figure")[0].split()[0])


def click(browser: Browser, link: str) -> None:
    """Click a link by what it says, again where the page replaced it meanwhile."""

    def clicked(page: Browser) -> bool:
        page.find_element(By.LINK_TEXT, link).click()
        return True

    stale = [StaleElementReferenceException]
    WebDriverWait(browser, 60, ignored_exceptions=stale).until(clicked)


def test_a_class_watches_a_search(
    start: Start, sqlite_url: str, browser: Browser, dashboard: Callable[[], str], tmp_path: Path
) -> None:
    student = "Ann <script>alert(1)</script>"
    search = start(sqlite_url, "--trials", 2000, "--workers", 1, "--student", student, epochs=12)
    search.until_finished(3)
    address = dashboard()
    wait = WebDriverWait(browser, 60, ignored_exceptions=[StaleElementReferenceException])

    browser.get(address)
    wait.until(lambda page: page.find_element(By.ID, "state").text.endswith("live"))
    before = done(browser)
    wait.until(lambda page: done(page) > before)  # the numbers move by themselves
    assert student in texts(browser, ".card.track-1")[0]
    drawn = "return document.querySelector('.picture img').naturalWidth > 0"
    wait.until(lambda page: page.execute_script(drawn))

    focus = "document.querySelector('.board th a').focus()"
    browser.execute_script(focus)
    before = done(browser)
    wait.until(lambda page: done(page) > before)
    assert browser.execute_script("return document.activeElement.closest('.board') !== null")

    click(browser, "gap pp")
    wait.until(lambda page: "sort=gap" in page.current_url and len(column(page, 6)) >= 3)
    gaps = column(browser, 6)
    assert gaps == sorted(gaps)
    track = Select(browser.find_element(By.NAME, "track"))
    track.select_by_visible_text("impossible")
    wait.until(lambda page: "No finished trial fits" in texts(page, "#live")[0])
    assert "sort=gap" in browser.current_url  # a filter keeps the order
    Select(browser.find_element(By.NAME, "track")).select_by_visible_text("easy")
    wait.until(lambda page: len(column(page, 2)) >= 3)
    Select(browser.find_element(By.NAME, "student")).select_by_visible_text(student)
    wait.until(lambda page: "student=Ann" in page.current_url and column(page, 2))

    Select(browser.find_element(By.NAME, "best_per_student")).select_by_value("1")
    wait.until(lambda page: "best_per_student=1" in page.current_url and len(column(page, 2)) == 1)

    browser.get(address)
    top = """const circle = [...document.querySelectorAll('.marks circle')].pop();
        const {x, y, width} = circle.getBoundingClientRect();
        return document.elementFromPoint(x + width / 2, y + width / 2).textContent"""
    assert re.fullmatch(r"trial \d+: test [\d.]+ %, gap -?[\d.]+ pp", browser.execute_script(top))
    browser.execute_script("document.querySelector('.board th span').focus()")
    says = """return getComputedStyle(document.activeElement.closest('th'), '::before').content"""
    assert "place in this list" in browser.execute_script(says)
    browser.execute_script("document.getElementById('words').open = true")
    before = done(browser)
    wait.until(lambda page: done(page) > before)
    assert browser.execute_script("return document.getElementById('words').open")
    assert "place in this list" in browser.execute_script(says)  # the keyboard is where it was

    browser.get(f"{address}/studies/short/trials/0")
    source = browser.find_element(By.ID, "source").text
    assert "nn.Sequential(" in source
    button = browser.find_element(By.CSS_SELECTOR, "button[data-copy]")
    button.click()
    wait.until(lambda _: button.text == "copied")
    browser.execute_script("document.body.append(document.createElement('textarea'))")
    paper = browser.find_element(By.TAG_NAME, "textarea")
    paper.send_keys(Keys.CONTROL, "v")
    assert paper.get_property("value").strip() == source.strip()
    for image in browser.find_elements(By.TAG_NAME, "img"):
        browser.execute_script("arguments[0].scrollIntoView()", image)
        wait.until(
            lambda page, each=image: page.execute_script("return arguments[0].complete", each)
        )
        assert browser.execute_script("return arguments[0].naturalWidth", image) > 0

    click(browser, "optuna-dashboard")
    wait.until(lambda page: "short" in page.find_element(By.TAG_NAME, "body").text)
    browser.get(f"{address}/dashboard/studies/1/note")
    wait.until(lambda page: "test above 5 %" in page.find_element(By.TAG_NAME, "body").text)
    click(browser, "Class leaderboard")  # and back
    wait.until(lambda page: page.find_elements(By.ID, "live"))
    search.until_finished(11)
    browser.get(f"{address}/dashboard/studies/1")
    wait.until(lambda page: "Accuracy against gap" in page.find_element(By.TAG_NAME, "body").text)
    browser.get(f"{address}/dashboard/studies/1/trials?numbers=0")
    wait.until(lambda page: "learning-curve.png" in page.find_element(By.TAG_NAME, "body").text)
    assert "At its time" in browser.find_element(By.TAG_NAME, "body").text
    assert search.process.poll() is None

    errors = [each for each in browser.get_log("browser") if each["level"] == "SEVERE"]
    assert not errors, json.dumps(errors)


def test_it_fits_a_telephone(
    start: Start, sqlite_url: str, browser: Browser, dashboard: Callable[[], str]
) -> None:
    assert start(sqlite_url, "--trials", 3, "--workers", 1, epochs=3).wait() == 0
    address = dashboard()
    metrics = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    wait = WebDriverWait(browser, 30)
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    for path in ("/", "/studies/short/trials/0"):
        browser.get(address + path)
        width = browser.execute_script("return document.documentElement.scrollWidth")
        assert width <= 390, path
        for image in browser.find_elements(By.TAG_NAME, "img"):
            browser.execute_script("arguments[0].scrollIntoView()", image)
            wait.until(
                lambda page, each=image: page.execute_script("return arguments[0].complete", each)
            )
            shown = "return [arguments[0].currentSrc, arguments[0].clientWidth]"
            source, drawn = browser.execute_script(shown, image)
            assert "narrow=1" in source
            assert drawn >= 300  # of 336, at which its smallest text has 12.7 pixels
    small = """return [...document.querySelectorAll('main *')].filter(each => each.textContent)
        .map(each => parseFloat(getComputedStyle(each).fontSize)).filter(size => size < 11)"""
    for path in ("/", "/studies/short/trials/0"):
        browser.get(address + path)
        assert browser.execute_script(small) == []


def test_a_report_opens_as_a_file_fits_and_prints(
    start: Start, sqlite_url: str, browser: Browser, tmp_path: Path
) -> None:
    assert start(sqlite_url, "--trials", 25, "--workers", 2, epochs=3).wait() == 0
    path = tmp_path / "report.html"
    command = [sys.executable, "-m", "har_search", "report", "--storage", sqlite_url]
    subprocess.run([*command, "--to", str(path)], check=True)
    for width in (390, 768, 1280):
        metrics = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        browser.get(path.as_uri())
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert "Trial" in texts(browser, ".winner h3")[0]
    assert len(texts(browser, ".confusion tbody tr")) >= 6
    read = "return performance.getEntriesByType('resource').map(each => each.name)"
    assert not [each for each in browser.execute_script(read) if not each.startswith("data:")]

    colour = "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
    dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    ticks = ".plot text", "fill"
    light_ink = browser.execute_script(colour, *ticks)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
    assert browser.execute_script(colour, *ticks) != light_ink  # pictures follow the page
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", **dark})
    assert browser.execute_script(colour, *ticks) == light_ink  # paper is white
    page_width = round(186 / 25.4 * 96)  # A4 less its margins, in CSS pixels
    metrics = {"width": page_width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= page_width
    tallest = """return Math.max(...[...document.querySelectorAll('.card, .picture, .panel')]
        .map(each => each.getBoundingClientRect().height))"""
    assert browser.execute_script(tallest) < 271 / 25.4 * 96  # each fits on a page
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    pdf = base64.b64decode(printed["data"])
    pages = page_texts(pdf)
    assert 2 <= len(pages) <= 7
    for number, text in enumerate(pages, 1):
        assert f"page {number} of {len(pages)}" in text
    assert len(pages[-1]) > 500  # not almost empty

    errors = [each for each in browser.get_log("browser") if each["level"] == "SEVERE"]
    assert not errors, json.dumps(errors)
