import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
_STUDIES = ("calibrated", "homework", "lesson", "robust", "wide")


def test_the_wheel_ships_the_studies_and_the_command(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (entry_points,) = (name for name in names if name.endswith("entry_points.txt"))
        assert b"har-search = har_search.__main__:main" in archive.read(entry_points)
        unpacked = tmp_path / "installed"
        archive.extractall(unpacked)
    assert "har_search/py.typed" in names
    assert {f"har_search/studies/{name}.toml" for name in _STUDIES} <= names
    pages = ("web/static/style.css", "web/templates/base.html", "report/report.html")
    assert {f"har_search/{name}" for name in (*pages, "report/report.css")} <= names
    texts = ("README.md", "model.py"), ("study-note.md", "trial-note.md")
    for package, templates in zip(("handin", "search"), texts, strict=True):
        assert {f"har_search/{package}/templates/{each}.jinja" for each in templates} <= names
    assert not [name for name in names if name.startswith(("tests", "benchmarks"))]
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            "from har_search.study.file import load_spec, __file__ as f;"
            "print(f, load_spec('homework').name)",
        ],
        cwd=unpacked,
        env={"PYTHONPATH": str(unpacked), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == [str(unpacked / "har_search" / "study" / "file.py"), "homework"]


def test_the_source_archive_has_what_its_readme_names(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = {link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", readme)}
    assert named <= names
    assert {"Makefile", "docker-compose.yml", "docs/commands.py"} <= names


def test_constraints_pin_what_the_package_needs() -> None:
    pins = (ROOT / "constraints.txt").read_text()
    assert "\ntorch==2.13.0\n" in pins
    assert "\noptuna==5." in pins
