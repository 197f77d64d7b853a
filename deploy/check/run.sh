#!/usr/bin/env bash
# Everything that is deployed, read by the tools that know it. TOOLS: the folder that they are in.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH=$TOOLS/deploy-venv/bin:$TOOLS/bin:$PATH
CHART=deploy/helm/intervue
KUBERNETES=1.35.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() { echo "$1"; }
fail() {
  echo "$1" >&2
  exit 1
}
render() { helm template intervue "$CHART" --namespace intervue --kube-version "$KUBERNETES" "$@"; }
conforms() {
  kubeconform -strict -summary \
    -schema-location "$TOOLS/kubernetes-schemas/{{.ResourceKind}}{{.KindSuffix}}.json" "$@"
}
# CPU limits would hold voices up in the middle of a word, and images come by the tag of a release or
# by digest. The worker controller's pods, which a policy is for, are not in what the chart renders.
scored() {
  kube-score score --kubernetes-version v1.35 --output-format ci --ignore-container-cpu-limit \
    --ignore-test container-image-pull-policy "$@" >"$work/score" && return
  grep -v '^\[OK\]\|^\[SKIPPED\]' "$work/score" >&2
  return 1
}

step "hadolint"
hadolint deploy/Dockerfile
step "shellcheck"
shellcheck deploy/backup/*.sh deploy/check/*.sh .ci/run

step "compose"
if command -v docker-compose >/dev/null; then compose=(docker-compose); else compose=(docker compose); fi
server=(env DOMAIN=interviews.example.com ACME_EMAIL=ops@example.com
  POSTGRES_PASSWORD=check REDIS_PASSWORD=check CODE_REDIS_PASSWORD=check)
if "${compose[@]}" version >/dev/null 2>&1; then
  "${compose[@]}" -f docker-compose.yml config -q
  "${server[@]}" "${compose[@]}" -f docker-compose.yml -f deploy/compose/server.yml config -q
else
  echo "  no tool here to read compose files with"
fi
step "caddy"
"${server[@]}" caddy validate --adapter caddyfile --config deploy/compose/Caddyfile \
  >"$work/caddy" 2>&1 || fail "$(tail -1 "$work/caddy")"
caddy fmt --diff deploy/compose/Caddyfile >"$work/caddy" || fail "$(cat "$work/caddy")"

step "helm lint"
helm lint --strict --quiet --kube-version "$KUBERNETES" "$CHART"
step "kubeconform"
render >"$work/default.yaml"
for values in deploy/helm/examples/*.yaml; do
  helm lint --strict --quiet --kube-version "$KUBERNETES" "$CHART" --values "$values"
  render --values "$values" >"$work/$(basename "$values")"
done
conforms "$work"/*.yaml
# The schemas would notice.
sed 's/containerPort: 8000/containerPrt: 8000/' "$work/default.yaml" >"$work/wrong"
sed 's/pollingInterval:/polingInterval:/' "$work/default.yaml" >>"$work/wrong"
if conforms - <"$work/wrong" >"$work/found"; then fail "kubeconform found nothing wrong in what is wrong"; fi
[ "$(grep -c "failed validation\|is invalid" "$work/found")" -ge 2 ] || fail "$(cat "$work/found")"

step "kube-score"
scored "$work/default.yaml"
scored "$work/mutual-tls.yaml"
scored "$work/programs.yaml"
scored --ignore-test networkpolicy-targets-pod "$work/versions.yaml"

step "manifests"
render >"$work/manifests"
diff -u deploy/kubernetes/intervue.yaml "$work/manifests" ||
  fail "deploy/kubernetes is not what the chart says: make manifests"

step "actionlint"
SHELLCHECK_OPTS="--severity=warning" actionlint
step "yaml and json"
"$PYTHON" deploy/check/documents.py
