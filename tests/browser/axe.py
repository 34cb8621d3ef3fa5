"""Ask axe what is wrong with a page."""

from axe_playwright_python.sync_playwright import Axe


def axe_finds_nothing(page, context=None, **options):
    """Fail unless axe finds nothing wrong with a page, or with the part of it that is given."""
    options |= {"preload": False}  # it would misread the theme's @import
    options |= {"resultTypes": ["violations"]}  # half the time goes into telling what is well
    results = Axe().run(page, context=context, options=options)
    assert results.violations_count == 0, results.generate_report()
