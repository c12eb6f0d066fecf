"""What holds for every page: small styles, nothing inline, every component on the style guide."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from django.template import TemplateSyntaxError, engines
from django.template.loader import render_to_string

import knai.web
from knai.web.styleguide import styleguide_context
from tools import front_end

WEB = Path(knai.web.__file__).parent
ROOT = WEB.parent.parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SHEETS = sorted((WEB / "static" / "css").glob("*.css"))
SCRIPTS = sorted((WEB / "static" / "js").glob("*.js"))
COMPONENTS = sorted(path.name for path in (WEB / "templates" / "components").glob("*.html"))
LAYERS = ("tokens", "base", "layout", "components", "utilities")
BASE = (WEB / "templates" / "base.html").read_text("utf-8")
STYLES_LIMIT_BYTES = 40_000


@pytest.fixture(scope="module")
def guide() -> str:
    return render_to_string("styleguide/page.html", styleguide_context())


def test_styles_stay_under_forty_kilobytes():
    assert sum(path.stat().st_size for path in SHEETS) < STYLES_LIMIT_BYTES


def test_every_rule_lies_in_a_named_layer():
    for path in SHEETS:
        outside = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        outside = re.sub(r"@font-face \{[^}]*\}", "", outside)
        names = re.findall(r"@layer (\w+) \{", outside)
        assert names and set(names) <= set(LAYERS), path.name
        assert outside.count("{") == outside.count("}"), path.name
        before, _, _ = outside.partition(f"@layer {names[0]} {{")
        assert "{" not in before, f"{path.name} has a rule outside its layer"


def test_the_order_of_layers_is_said_first():
    tokens = (WEB / "static" / "css" / "tokens.css").read_text("utf-8")
    assert f"@layer {', '.join(LAYERS)};" in tokens
    assert re.findall(r"css/(\w+)\.css", BASE)[0] == "tokens"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(WEB)))
def test_no_template_holds_an_inline_style_or_script(path):
    words = path.read_text("utf-8")
    assert not re.search(r"\sstyle\s*=", words)
    assert not re.search(r"<style\b", words)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", words)
    assert not re.search(r"javascript:", words)
    assert not re.search(r"hx-on[:-]|hx-vals=[\"']js:|hx-headers=[\"']js:", words)
    for script in re.findall(r"<script\b[^>]*>", words):
        assert " src=" in script, f"{script} has no file"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(WEB)))
def test_no_page_asks_another_host(path):
    loads = re.findall(r"<(?:script|link|img|iframe|use)\b[^>]*", path.read_text("utf-8"))
    assert not [tag for tag in loads if "//" in tag]


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_component_stands_on_the_style_guide(name):
    pages = [WEB / "templates" / "styleguide" / "page.html", WEB / "templates" / "base.html"]
    pages += [WEB / "templates" / "components" / other for other in COMPONENTS if other != name]
    used = any(f"components/{name}" in path.read_text("utf-8") for path in pages)
    by_tag = name == "dialog.html" and "{% dialog " in pages[0].read_text("utf-8")
    assert used or by_tag


def test_the_style_guide_has_no_word_left_unfilled(guide):
    assert "{{" not in guide
    assert "None" not in re.sub(r"<[^>]+>", " ", guide)


def test_every_verdict_has_an_icon_and_a_word(guide):
    badges = re.findall(r'<span class="verdict" data-verdict="\w+">(.*?)</span>', guide, re.DOTALL)
    assert len(badges) > 6
    for badge in badges:
        assert "<svg" in badge
        assert re.sub(r"<[^>]+>", "", badge).strip()


def test_every_id_on_the_style_guide_is_there_once(guide):
    ids = re.findall(r'\sid="([^"]+)"', guide)
    twice = {each for each in ids if ids.count(each) > 1}
    assert twice <= {"id_sg_systolic_mmhg", "id_sg_systolic_mmhg_helptext"}  # shown right and wrong


def test_every_class_of_a_component_has_a_rule(guide):
    styled = set(re.findall(r"\.([a-z][\w-]*)", "".join(p.read_text("utf-8") for p in SHEETS)))
    named = {word for words in re.findall(r'\sclass="([^"]*)"', guide) for word in words.split()}
    assert len(named) > 80
    assert named - styled == set()


def test_an_unknown_icon_is_refused_with_its_name():
    with pytest.raises(TemplateSyntaxError, match="'heart-of-gold'"):
        engines["django"].from_string('{% load knai %}{% icon "heart-of-gold" %}').render()


def test_every_icon_named_in_a_template_is_in_the_list():
    listed = set(tomllib.loads((WEB / "icons.toml").read_text("utf-8"))["icons"])
    named = set()
    for path in TEMPLATES:
        named |= set(re.findall(r'{% icon "(\w+)"', path.read_text("utf-8")))
    assert named and named <= listed


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_modules_stay_short(path):
    assert len(path.read_text("utf-8").splitlines()) <= 110


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_no_script_builds_code_or_markup_from_text(path):
    assert not re.search(
        r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write",
        path.read_text("utf-8"),
    )


def test_the_htmx_settings_are_strict_and_let_a_refused_form_show():
    settings = json.loads(re.search(r"name=\"htmx-config\" content='([^']+)'", BASE)[1])
    assert settings["allowEval"] is False
    assert settings["includeIndicatorStyles"] is False
    rule = next(r for r in settings["responseHandling"] if re.fullmatch(r["code"], "422"))
    assert rule["swap"] is True


def test_the_lock_file_names_no_place_to_download_from():
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all("resolved" not in entry for entry in packages.values())
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())


def test_the_sprite_holds_each_icon_once(tmp_path):
    for kind in ("outline", "filled"):
        (tmp_path / kind).mkdir()
    frame = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'
    body = f'<svg\n class="x"\n>\n{frame}\n<path d="M1 1"/>\n</svg>'
    (tmp_path / "outline" / "check.svg").write_text(body)
    (tmp_path / "filled" / "stop.svg").write_text(body)
    sprite = front_end.build_sprite({"met": "check", "stop": "stop*"}, tmp_path)
    assert sprite.count('<path d="M1 1"/>') == 2
    assert "M0 0h24v24H0z" not in sprite
    assert 'id="met" viewBox="0 0 24 24"><g fill="none" stroke="currentColor"' in sprite
    assert 'id="stop" viewBox="0 0 24 24"><g fill="currentColor"' in sprite


def test_an_icon_that_is_not_drawn_stops_the_build_with_its_name(tmp_path):
    with pytest.raises(front_end.FrontEndError, match="lamp"):
        front_end.build_sprite({"light": "lamp"}, tmp_path)
