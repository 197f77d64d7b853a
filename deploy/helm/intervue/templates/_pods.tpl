{{/* What every pod of ours has in common. */}}
{{- define "intervue.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "intervue.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* What leads to Temporal safely. */}}
{{- define "intervue.temporalTls" -}}
{{- with .Values.temporal -}}
TEMPORAL_TLS: {{ or .tls (ne .mtlsSecret "") (ne .apiKeySecret "") | toString | quote }}
{{- if .serverName }}
TEMPORAL_TLS_SERVER_NAME: {{ .serverName | quote }}
{{- end }}
{{- if .mtlsSecret }}
TEMPORAL_TLS_CLIENT_CERT_PATH: /etc/temporal/tls/tls.crt
TEMPORAL_TLS_CLIENT_KEY_PATH: /etc/temporal/tls/tls.key
{{- end }}
{{- end }}
{{- end }}

{{/* Settings that are no secrets, in one place: what values say, and what follows from them. */}}
{{- define "intervue.settings" -}}
{{- $followed := dict -}}
{{- if .Values.temporalUi.enabled -}}
{{- $_ := set $followed "TEMPORAL_UI_URL" (printf "http://%s-temporal-ui:8080" (include "intervue.name" .)) -}}
{{- end -}}
{{- with .Values.temporal -}}
{{- if and .mtlsSecret .apiKeySecret }}{{ fail "temporal: mtlsSecret or apiKeySecret, not both" }}{{ end -}}
{{- $_ := set $followed "TEMPORAL_ADDRESS" .address -}}
{{- $_ := set $followed "TEMPORAL_NAMESPACE" .namespace -}}
{{- end -}}
{{- if .Values.metrics.port -}}
{{- $_ := set $followed "METRICS_HOST" "0.0.0.0" -}}
{{- $_ := set $followed "API_METRICS_PORT" .Values.metrics.port -}}
{{- $_ := set $followed "WORKER_METRICS_PORT" .Values.metrics.port -}}
{{- end -}}
{{- $followed = merge $followed (fromYaml (include "intervue.temporalTls" .)) -}}
{{- range $name, $value := merge (deepCopy .Values.settings) $followed }}
{{ $name }}: {{ $value | toString | quote }}
{{- end }}
{{- end }}

{{- define "intervue.environment" -}}
envFrom:
  - configMapRef:
      name: {{ include "intervue.name" . }}
  {{- range .Values.secrets }}
  - secretRef:
      name: {{ . }}
  {{- end }}
{{- end }}

{{- define "intervue.apiKey" -}}
{{- with .Values.temporal.apiKeySecret }}
- name: TEMPORAL_API_KEY
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: {{ $.Values.temporal.apiKeySecretKey }}
{{- end }}
{{- end }}

{{- define "intervue.mounts" -}}
- name: tmp
  mountPath: /tmp
- name: outbox
  mountPath: /data/outbox
{{- end }}

{{- define "intervue.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: 256Mi
- name: outbox
  emptyDir:
    sizeLimit: 16Mi
{{- end }}

{{- define "intervue.tlsMount" -}}
{{- if .Values.temporal.mtlsSecret }}
- name: temporal-tls
  mountPath: /etc/temporal/tls
  readOnly: true
{{- end }}
{{- end }}

{{- define "intervue.tlsVolume" -}}
{{- with .Values.temporal.mtlsSecret }}
- name: temporal-tls
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- end }}

{{/* Apart, as far as the cluster can. (dict "root" $ "component" "api") */}}
{{- define "intervue.spread" -}}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "intervue.selector" $ | nindent 8 }}
  {{- end }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "intervue.selector" . | nindent 14 }}
{{- end }}

{{/* The worker's pod, for a Deployment of ours or one of the worker controller. The controller adds
     what leads to Temporal itself: (dict "root" $ "controlled" true) */}}
{{- define "intervue.workerPod" -}}
{{- $root := .root -}}
{{- with $root.Values -}}
metadata:
  labels:
    {{- include "intervue.labels" (dict "root" $root "component" "worker") | nindent 4 }}
  annotations:
    checksum/settings: {{ include "intervue.settings" $root | sha256sum }}
    {{- with .worker.podAnnotations }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  serviceAccountName: {{ include "intervue.serviceAccount" $root }}
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: {{ .worker.terminationGracePeriodSeconds }}
  securityContext:
    {{- include "intervue.podSecurity" $root | nindent 4 }}
  {{- with .image.pullSecrets }}
  imagePullSecrets: {{ toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: worker
      image: {{ include "intervue.image" (dict "root" $root "component" "worker") }}
      imagePullPolicy: {{ .image.pullPolicy }}
      {{- if .metrics.port }}
      ports:
        - name: metrics
          containerPort: {{ .metrics.port }}
      {{- end }}
      {{- include "intervue.environment" $root | nindent 6 }}
      env:
        - name: WORKER_READY_FILE
          value: /tmp/worker-ready
        - name: WORKER_SLOTS
          value: {{ .worker.slots | quote }}
        {{- if not $.controlled }}{{ include "intervue.apiKey" $root | indent 8 }}{{ end }}
      securityContext:
        {{- include "intervue.containerSecurity" $root | nindent 8 }}
      resources: {{- toYaml .worker.resources | nindent 8 }}
      # The worker touches it once a second, in the loop that holds the turns.
      startupProbe:
        exec:
          command: [test, -f, /tmp/worker-ready]
        periodSeconds: 2
        failureThreshold: 60
      readinessProbe:
        exec:
          command: [sh, -c, "test $(($(date +%s) - $(stat -c %Y /tmp/worker-ready))) -lt 5"]
        periodSeconds: 5
      livenessProbe:
        exec:
          command: [sh, -c, "test $(($(date +%s) - $(stat -c %Y /tmp/worker-ready))) -lt 30"]
        periodSeconds: 10
        failureThreshold: 3
      volumeMounts:
        {{- include "intervue.mounts" $root | nindent 8 }}
        {{- if not $.controlled }}{{ include "intervue.tlsMount" $root | indent 8 }}{{ end }}
  volumes:
    {{- include "intervue.volumes" $root | nindent 4 }}
    {{- if not $.controlled }}{{ include "intervue.tlsVolume" $root | indent 4 }}{{ end }}
  {{- include "intervue.spread" (dict "root" $root "component" "worker") | nindent 2 }}
  {{- with .worker.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .worker.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
