"""Opens a page in headless Chromium, for the pictures and the tests."""

import shutil
import subprocess
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update", "--disable-sync",
           "--disable-dev-shm-usage", "--hide-scrollbars", "--enable-logging=stderr", "--v=0")
LIGHT, DARK = "light", "dark"
# Blink's numbers for the schemes.
SCHEMES = {DARK: 0, LIGHT: 1}
# A busy machine takes tens of seconds to start a browser.
SECONDS = 120


def program():
    """The path of the browser; None if there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def open_page(page, *arguments, scheme=LIGHT, width=1100, height=1000, scale=1):
    """Returns the browser's stdout and its log."""
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [program(), *OPTIONS, f"--user-data-dir={profile}", f"--window-size={width},{height}",
             f"--force-device-scale-factor={scale}",
             f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}", *arguments,
             Path(page).resolve().as_uri()],
            capture_output=True, text=True, timeout=SECONDS, check=True)
    return done.stdout, done.stderr


def dump_dom(page, **options):
    return open_page(page, "--dump-dom", **options)


def screenshot(page, png, **options):
    return open_page(page, f"--screenshot={png}", **options)


def print_to_pdf(page, pdf, **options):
    return open_page(page, f"--print-to-pdf={pdf}", "--no-pdf-header-footer", **options)
