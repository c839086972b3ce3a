"""docker-compose.yml and deploy/kubernetes.yaml, read as their tools would; no engine runs here."""

import re
import shlex
from typing import Any

import pytest
import yaml

from tests.helpers import ROOT, compose

COMPOSE = compose()
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
KUBERNETES = list(yaml.safe_load_all((ROOT / "deploy" / "kubernetes.yaml").read_text()))

# The fields of the Compose specification that the file uses, and their types.
COMPOSE_FIELDS = {"name": str, "services": dict, "volumes": dict}
SERVICE_FIELDS: dict[str, type | tuple[type, ...]] = {
    "build": (str, dict),
    "image": str,
    "command": (str, list),
    "entrypoint": (str, list),
    "environment": (dict, list),
    "volumes": list,
    "ports": list,
    "depends_on": (dict, list),
    "healthcheck": dict,
    "restart": str,
    "stop_grace_period": str,
}
HEALTHCHECK_FIELDS = {"test", "interval", "timeout", "retries", "start_period", "disable"}
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}


def test_compose_uses_only_fields_of_the_specification() -> None:
    for key, value in COMPOSE.items():
        assert key.startswith("x-") or isinstance(value, COMPOSE_FIELDS[key])
    for name, service in SERVICES.items():
        assert re.fullmatch(r"[a-zA-Z0-9._-]+", name)
        for key, value in service.items():
            assert isinstance(value, SERVICE_FIELDS[key]), (name, key)
        assert service.keys() & {"image", "build"}
        for value in service.get("environment", {}).values():
            assert isinstance(value, str | int | float | None)
        assert service.get("healthcheck", {}).keys() <= HEALTHCHECK_FIELDS
        for mount in service.get("volumes", []):
            assert mount.split(":")[0] in COMPOSE["volumes"]
        for needed, how in service.get("depends_on", {}).items():
            assert needed in SERVICES
            assert how["condition"] in CONDITIONS
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[needed]


def test_each_service_waits_for_what_it_needs() -> None:
    def waits_for(name: str) -> dict[str, str]:
        needs = SERVICES[name].get("depends_on", {})
        return {needed: how["condition"] for needed, how in needs.items()}

    assert waits_for("db") == {}
    assert waits_for("init") == {"db": "service_healthy"}
    assert waits_for("worker") == {"init": "service_completed_successfully"}
    assert waits_for("dashboard") == {"init": "service_completed_successfully"}


def test_no_password_has_a_default_and_only_this_machine_sees_the_dashboard() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for variable in re.findall(r"\$\{(\w*PASSWORD\w*)(.)", text):
        assert variable[1] == ":"
    assert not re.search(r"PASSWORD:-", text)
    assert "PASSWORD" not in (ROOT / "Dockerfile").read_text()
    assert SERVICES["dashboard"]["ports"] == ["127.0.0.1:8080:8080"]
    assert "ports" not in SERVICES["db"]
    assert SERVICES["dashboard"]["volumes"] == ["artifacts:/artifacts:ro"]
    assert "HAR_SEARCH_DB_PASSWORD" not in str(SERVICES["dashboard"])
    assert "har_reader@" in SERVICES["dashboard"]["environment"]["HAR_SEARCH_STORAGE"]
    assert "--writable" not in SERVICES["dashboard"]["command"]


def test_workers_can_be_scaled() -> None:
    worker = SERVICES["worker"]
    assert not worker.keys() & {"container_name", "ports"}


def dockerfile() -> dict[str, list[str]]:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    instructions: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            instruction, rest = line.split(maxsplit=1)
            instructions.setdefault(instruction, []).append(rest)
    return instructions


def test_the_image_is_slim_pinned_and_runs_as_nobody_special() -> None:
    instructions = dockerfile()
    assert instructions["FROM"] == ["python:3.11-slim"]
    assert instructions["USER"] == ["har"]
    assert instructions["ENTRYPOINT"] == ['["har-search"]']
    (install,) = [line for line in instructions["RUN"] if "pip install" in line]
    assert "--constraint constraints.txt" in install
    assert "download.pytorch.org/whl/cpu" in install
    for line in instructions["COPY"]:
        for copied in shlex.split(line)[:-1]:
            assert (ROOT / copied).exists()


KINDS = {
    "PersistentVolumeClaim": "v1",
    "Service": "v1",
    "Deployment": "apps/v1",
    "Job": "batch/v1",
}


def containers() -> dict[str, dict[str, Any]]:
    return {
        container["name"]: container
        for document in KUBERNETES
        if "template" in document["spec"]
        for container in document["spec"]["template"]["spec"]["containers"]
    }


@pytest.mark.parametrize("document", KUBERNETES, ids=lambda each: each["metadata"]["name"])
def test_kubernetes_documents_are_of_known_kinds_and_whole(document: dict[str, Any]) -> None:
    assert document.keys() == {"apiVersion", "kind", "metadata", "spec"}
    assert document["apiVersion"] == KINDS[document["kind"]]
    spec = document["spec"]
    if document["kind"] == "Deployment":
        assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]
    if document["kind"] == "Job":
        assert spec["template"]["spec"]["restartPolicy"] in ("OnFailure", "Never")
    if document["kind"] == "Service":
        labels = [
            each["spec"]["template"]["metadata"]["labels"]
            for each in KUBERNETES
            if each["kind"] == "Deployment"
        ]
        assert spec["selector"] in labels
    for container in containers().values():
        for variable in container["env"]:
            assert variable.keys() in ({"name", "value"}, {"name", "valueFrom"})
            if "PASSWORD" in variable["name"]:
                assert variable["valueFrom"]["secretKeyRef"]["name"] == "har-search"


def test_the_cluster_runs_what_compose_runs() -> None:
    ours = containers()
    assert ours["init"]["args"] == SERVICES["init"]["command"]
    assert ours["worker"]["args"] == ["run", "--trials", "200", "--workers", "1"]
    assert SERVICES["worker"]["command"] == ["run", "--trials", "${TRIALS:-200}", "--workers", "1"]
    assert ours["dashboard"]["args"] == SERVICES["dashboard"]["command"]
    url = {"name": "HAR_SEARCH_STORAGE"} | {
        "value": SERVICES["dashboard"]["environment"]["HAR_SEARCH_STORAGE"]
    }
    assert url in ours["dashboard"]["env"]
    (worker,) = [each for each in KUBERNETES if each["metadata"]["name"] == "har-search-worker"]
    assert worker["spec"]["parallelism"] > 1
