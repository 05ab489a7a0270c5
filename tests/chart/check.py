"""Lints the Helm chart, renders it with sets of values and validates what comes out against the
schemas of Kubernetes. Values that would harm are refused by the chart's own schema. Needs no cluster.
"""

import sys
from pathlib import Path

import helm_python as helm
import kubernetes_validate
import yaml

CHART = Path(__file__).parents[2] / "helm"
KUBERNETES = ["1.30", "1.37"]

POSTGRES = {"database": {"kind": "postgres"}, "replicas": 3}
ACCEPTED = {
    "as it comes": {},
    "sqlite on a volume that is there": {"database": {"sqlite": {"existingClaim": "books"}}},
    "sqlite with the sandbox": {"sandbox": "embedded", "pages": {"url": "https://pay.example.com"}},
    "postgres": POSTGRES,
    "postgres with everything": {
        **POSTGRES,
        "image": {"repository": "registry.example.com/bursar", "tag": "1.2.3", "pullPolicy": "Always"},
        "imagePullSecrets": [{"name": "registry"}],
        "sandbox": "http://bursar-sandbox:7080",
        "providers": ["http://adapter:7000", "https://other.example.com"],
        "telemetry": {"otlpEndpoint": "http://collector:4317"},
        "extraEnv": [{"name": "TZ", "value": "UTC"}],
        "service": {"type": "LoadBalancer", "annotations": {"example.com/scope": "internal"}},
        "networkPolicy": {
            "enabled": True,
            "grpcFrom": [{"podSelector": {"matchLabels": {"app": "shop"}}}],
            "pagesFrom": [{"ipBlock": {"cidr": "10.0.0.0/8"}}],
        },
        "serviceAccount": {"annotations": {"example.com/role": "bursar"}},
        "podAnnotations": {"example.com/team": "billing"},
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "tolerations": [{"key": "payments", "operator": "Exists"}],
    },
}
REFUSED = {
    "two replicas of one sqlite file": {"replicas": 2},
    "two replicas with a sandbox each": {**POSTGRES, "sandbox": "embedded"},
    "no replica": {"replicas": 0},
    "a database that is not known": {"database": {"kind": "mysql"}},
    "a misspelt value": {"replicaCount": 2},
    "a misspelt value further in": {"telemetry": {"otlpEndpoints": "http://collector:4317"}},
    "an endpoint without a scheme": {"telemetry": {"otlpEndpoint": "collector:4317"}},
    "an adapter without a scheme": {"providers": ["adapter:7000"]},
    "pages without a URL": {"pages": {"url": ""}},
    "a URL of the pages that ends in a slash": {"pages": {"url": "https://pay.example.com/"}},
    "a key without a name": {"key": {"secretName": ""}},
    "a volume without a unit": {"database": {"sqlite": {"size": "10"}}},
}

failures = []


def expect(holds, what):
    if not holds:
        failures.append(what)


def render(chart, values):
    """The objects of a release, by (kind, name)."""
    rendered = chart.render(values, name="shop", namespace="money")
    files = {path: text for path, text in rendered.items() if path.endswith(".yaml")}
    documents = [doc for text in files.values() for doc in yaml.safe_load_all(text) if doc]
    return {(doc["kind"], doc["metadata"]["name"]): doc for doc in documents}


def check_safety(case, objects):
    """What holds for every pod, however it is configured."""
    for (kind, name), thing in objects.items():
        if kind not in ("Deployment", "Job"):
            continue
        pod = thing["spec"]["template"]["spec"]
        expect(pod["securityContext"]["runAsNonRoot"], f"{case}: {name} may run as root")
        expect(pod["automountServiceAccountToken"] is False, f"{case}: {name} holds a token of the cluster")
        for container in pod["containers"]:
            security = container["securityContext"]
            expect(security["readOnlyRootFilesystem"], f"{case}: {name} writes to its image")
            expect(security["capabilities"]["drop"] == ["ALL"], f"{case}: {name} keeps capabilities")
            expect("memory" in container["resources"]["limits"], f"{case}: {name} has no limit of memory")
            for variable in container["env"]:
                if variable["name"] == "BURSAR_DATABASE_URL" and "value" in variable:
                    expect(variable["value"].startswith("sqlite:"), f"{case}: a password in the open")


def check_shape(case, values, objects):
    """What differs between SQLite and PostgreSQL."""
    kinds = {kind for kind, _ in objects}
    deployment = objects["Deployment", "shop-bursar"]["spec"]
    container = deployment["template"]["spec"]["containers"][0]
    postgres = values.get("database", {}).get("kind") == "postgres"
    claimed = "existingClaim" in values.get("database", {}).get("sqlite", {})
    expect(("Job" in kinds) == postgres, f"{case}: migrated by a Job exactly with PostgreSQL")
    expect(("PersistentVolumeClaim" in kinds) == (not postgres and not claimed), f"{case}: its volume")
    expect(("PodDisruptionBudget" in kinds) == postgres, f"{case}: a budget exactly with replicas to spare")
    expect(("NetworkPolicy" in kinds) == ("networkPolicy" in values), f"{case}: its network policy")
    strategy = deployment["strategy"]["type"]
    expect(strategy == ("RollingUpdate" if postgres else "Recreate"), f"{case}: replaced by {strategy}")
    expect(deployment["replicas"] == values.get("replicas", 1), f"{case}: its replicas")
    expect(container["livenessProbe"]["grpc"] == {"port": 7070, "service": "liveness"}, f"{case}: liveness")
    expect(container["readinessProbe"]["grpc"] == {"port": 7070}, f"{case}: readiness asks for all of it")
    settings = objects["ConfigMap", "shop-bursar"]["data"]
    # Left out, the sandbox would be embedded: no money would move.
    expect(settings.get("BURSAR_SANDBOX") == values.get("sandbox", "none"), f"{case}: its sandbox")
    ledger = settings.get("BURSAR_SANDBOX_LEDGER", "")
    writable = ledger.startswith("/var/lib/bursar/") if values.get("sandbox") == "embedded" else not ledger
    expect(writable, f"{case}: the sandbox's ledger is on the volume")
    expect(settings.get("BURSAR_PROVIDERS", "") == ",".join(values.get("providers", [])), f"{case}: its adapters")
    target = settings.get("BURSAR_NOTIFICATION_URL")
    expect(target == "http://shop-bursar.money.svc:7070", f"{case}: where adapters notify")
    selected = objects["Service", "shop-bursar"]["spec"]["selector"].items()
    labels = deployment["template"]["metadata"]["labels"].items()
    expect(selected <= labels, f"{case}: the Service selects no pod")
    if postgres:
        job = objects["Job", "shop-bursar-migrate"]["spec"]["template"]
        expect(not selected <= job["metadata"]["labels"].items(), f"{case}: the Service selects the migration")
        expect("envFrom" not in job["spec"]["containers"][0], f"{case}: the hook needs what is not there yet")


def main():
    with helm.Chart.load(CHART) as chart:
        for case, values in ACCEPTED.items():
            report = helm.lint(CHART, values, strict=True, kube_version="v1.37.0")
            # An icon is for a catalogue of charts; that is the one thing lint would like to have.
            found = [m for m in report["messages"] if "icon is recommended" not in m["error"]]
            expect(not found and not report["errors"], f"{case}: lint says {found} {report['errors']}")
            objects = render(chart, values)
            for thing in objects.values():
                for version in KUBERNETES:
                    try:
                        kubernetes_validate.validate(thing, version, strict=True)
                    except kubernetes_validate.ValidationError as error:
                        failures.append(f"{case}: {thing['kind']} is not valid in {version}: {error.message}")
            check_safety(case, objects)
            check_shape(case, values, objects)
        for case, values in REFUSED.items():
            try:
                chart.validate_schema(chart.merge_values(values))
                failures.append(f"{case}: was not refused")
            except helm.HelmValuesError:
                pass
    for failure in failures:
        print(f"chart: {failure}")
    print(f"chart: {len(ACCEPTED)} sets of values rendered and valid, {len(REFUSED)} refused")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
