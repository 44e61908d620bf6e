"""The files in deploy/ fit the program: they parse, name settings that exist, and agree with one another."""

import configparser
import re
import shutil
import subprocess

import kubernetes_validate
import pytest
import yaml

from bot.settings import ROOT, Settings, variable
from bot.web.wechat import MOST_BYTES

DEPLOY = ROOT / "deploy"
OURS = ("docker", "kubernetes", "proxy", "systemd")
FILES = sorted(path for name in OURS for path in (DEPLOY / name).iterdir() if path.is_file())
KUBERNETES = "1.34"
REST_OF_THE_END = 25  # seconds after notice and answers: sockets, requests, sendings, Rasa


def text_of(*parts):
    return DEPLOY.joinpath(*parts).read_text(encoding="utf-8")


def manifests():
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")):
        for manifest in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            yield pytest.param(manifest, id=f"{path.stem}-{manifest['kind']}")


def of_kind(kind):
    return [one.values[0] for one in manifests() if one.values[0]["kind"] == kind]


def unit(name):
    """A unit's sections; of a setting that stands there more than once, the last."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string(text_of("systemd", name))
    return parser


COMPOSE = yaml.safe_load(text_of("docker", "compose.yaml"))
CONFIG = next(one["data"] for one in of_kind("ConfigMap") if one["metadata"]["name"] == "settings")
DESK = of_kind("Deployment")[0]["spec"]["template"]["spec"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_named_in_deploy_exists(path):
    known = {variable(field) for field in Settings.model_fields}
    named = set(re.findall(r"\bKESU_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8")))
    assert named - known == set()


@pytest.mark.parametrize("manifest", [*manifests()])
def test_every_manifest_is_valid(manifest):
    if manifest["apiVersion"].startswith("kustomize."):
        assert all((DEPLOY / "kubernetes" / name).is_file() for name in manifest["resources"])
    else:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
        assert manifest["kind"] == "Namespace" or manifest["metadata"]["namespace"] == "kesu"


def pods():
    for kind in ("Deployment", "Job"):
        for owner in of_kind(kind):
            yield pytest.param(owner["spec"]["template"]["spec"], id=owner["metadata"]["name"])


@pytest.mark.parametrize("pod", [*pods()])
def test_every_pod_may_run_where_pod_security_is_restricted(pod):
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
    assert pod["automountServiceAccountToken"] is False
    assert not any(pod.get(name) for name in ("hostNetwork", "hostPID", "hostIPC"))
    assert all(
        volume.keys() & {"emptyDir", "secret", "configMap", "persistentVolumeClaim"}
        for volume in pod["volumes"]
    )
    for container in pod["containers"]:
        secured = container["securityContext"]
        assert (secured["allowPrivilegeEscalation"], secured["readOnlyRootFilesystem"]) == (False, True)
        assert secured["capabilities"] == {"drop": ["ALL"]}
        assert {mount["name"] for mount in container["volumeMounts"]} <= {
            one["name"] for one in pod["volumes"]
        }


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_service_is_a_plain_user_on_a_read_only_root(name):
    service = COMPOSE["services"][name]
    assert int(service["user"].split(":")[0]) > 0
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert set(service.get("secrets", ())) <= COMPOSE["secrets"].keys()


def test_no_secret_stands_in_the_environment_of_a_service():
    secrets = {variable(name) for name in ("data_key", "pair_secret", "database_url")} | {"KESU_REDIS_URL"}
    named = {name for service in COMPOSE["services"].values() for name in service.get("environment", {})}
    assert (named | CONFIG.keys()) & secrets == set()
    assert secrets <= set(COMPOSE["services"]["desk1"]["secrets"])
    assert secrets == of_kind("Secret")[0]["stringData"].keys()


def ended_after(settings):
    notice, seconds = settings["KESU_DRAIN_NOTICE_SECONDS"], settings["KESU_DRAIN_SECONDS"]
    return float(notice) + float(seconds) + REST_OF_THE_END


def test_whoever_stops_a_desk_waits_until_it_has_ended():
    desk = COMPOSE["services"]["desk1"]
    assert int(desk["stop_grace_period"].removesuffix("s")) >= ended_after(desk["environment"])
    slept = int(DESK["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])
    assert DESK["terminationGracePeriodSeconds"] >= slept + ended_after(CONFIG)
    given = dict(re.findall(r"^(KESU_\w+)=(.*)$", text_of("systemd", "kesu.env"), re.MULTILINE))
    for name in ("kesu.service", "kesu@.service"):
        assert int(unit(name)["Service"]["TimeoutStopSec"]) >= ended_after(given)


@pytest.mark.parametrize("name", ["kesu.service", "kesu@.service"])
def test_a_unit_stops_the_desk_alone_and_lets_it_stop_its_rasa(name):
    service = unit(name)["Service"]
    assert service["KillMode"] == "mixed"
    assert service["User"] == "kesu"
    assert service["NoNewPrivileges"] == "yes"


def test_systemd_understands_the_units(tmp_path):
    program = shutil.which("systemd-analyze")
    names = {"kesu.service": "kesu.service", "kesu@.service": "kesu@2.service"}
    for name, instance in names.items():
        text = text_of("systemd", name).replace("/opt/kesu/.venv/bin/kesu up", "/bin/true")
        (tmp_path / instance).write_text(text, encoding="utf-8")
    if program:
        heard = subprocess.run(
            [program, "verify", *(tmp_path / one for one in names.values())],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (heard.returncode, heard.stderr) == (0, "")


def test_ports_and_paths_agree():
    container = DESK["containers"][0]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    port = ports["http"]
    assert f"KESU_PORT={port} " in text_of("docker", "Dockerfile")
    assert f"EXPOSE {port}\n" in text_of("docker", "Dockerfile")
    assert str(ports["metrics"]) == CONFIG["KESU_METRICS_PORT"]
    assert text_of("proxy", "nginx.conf").count(f":{port} max_fails") == 2
    assert f"reverse_proxy desk1:{port} desk2:{port} " in text_of("proxy", "Caddyfile")
    let_in = [
        rule["ports"][0]["port"]
        for policy in of_kind("NetworkPolicy")
        for rule in policy["spec"].get("ingress", ())
    ]
    assert let_in == list(ports.values())
    for name in ("desk1", "desk2"):
        inside = [volume.split(":")[1] for volume in COMPOSE["services"][name]["volumes"]]
        assert {
            "/var/lib/kesu",
            "/var/lib/kesu/shared",
            COMPOSE["services"][name]["environment"]["KESU_COMPANY"],
        } == set(inside)
    mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert {"/var/lib/kesu", "/var/lib/kesu/shared", CONFIG["SECRETS"]} <= mounted


def test_the_image_holds_all_that_the_program_reads():
    copied = set(re.findall(r"^COPY (?:--\S+ )*(.+) \S+$", text_of("docker", "Dockerfile"), re.MULTILINE))
    names = {name for line in copied for name in line.split() if not name.startswith("/")}
    assert all((ROOT / name).exists() for name in names)
    let_in = set(re.findall(r"^!(.+)$", text_of("docker", "Dockerfile.dockerignore"), re.MULTILINE))
    assert {name if name.startswith("deploy/") else name.split("/")[0] for name in names} == let_in


def test_a_proxy_lets_through_what_the_desk_takes():
    settings = Settings.model_fields
    largest = max(settings["photo_mb"].default, settings["video_mb"].default)
    for limit in (
        re.search(r"api/files.*?client_max_body_size (\d+)m", text_of("proxy", "nginx.conf"), re.DOTALL),
        re.search(r"@files \{\s*max_size (\d+)MB", text_of("proxy", "Caddyfile")),
    ):
        assert int(limit.group(1)) > largest
    body = of_kind("Ingress")[0]["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"]
    assert int(body.removesuffix("m")) > largest
    wechat = re.search(r"location /wechat \{\s*client_max_body_size (\d+)k", text_of("proxy", "nginx.conf"))
    assert int(wechat.group(1)) * 1024 >= MOST_BYTES


@pytest.fixture
def secrets(tmp_path):
    (tmp_path / "KESU_DATA_KEY").write_text("a key\n", encoding="utf-8")
    (tmp_path / "other").write_text("nothing of ours", encoding="utf-8")
    return tmp_path


def test_secrets_in_files_become_settings(secrets):
    command = [
        DEPLOY / "docker" / "start",
        "sh",
        "-c",
        'echo "$KESU_DATA_KEY"; env | grep -c "nothing of ours"',
    ]
    heard = subprocess.run(
        command,
        env={"PATH": "/usr/bin:/bin", "SECRETS": str(secrets)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert heard.stdout.split("\n")[:2] == ["a key", "0"]
