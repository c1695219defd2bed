"""An exam that ends while its lockdown begins: nothing of it stands up again."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.exam_remote import exam_app
from support.exam_site import Site

from shared.policy import Surface


@pytest.mark.parametrize("step", ["full", "top"])
def test_a_window_that_was_ended_is_not_shown_again(
    other_screen: str, site: Site, tmp_path: Path, step: str
) -> None:
    surface = Surface(kind="browser", start=f"{site.url}/")
    with exam_app(surface, tmp_path, other_screen) as app:
        app("window.show()")
        app.until("window.isVisible()")
        app("window.end()")
        app(f"{step}.perform()")
        assert not app("window.isVisible()")
        assert not app(f"{step}._timer.isActive()")
