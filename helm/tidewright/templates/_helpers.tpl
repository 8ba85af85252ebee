{{- define "tidewright.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{/* Work's namespaces let in pods of this name, so it is the chart's, whatever the release is called. */}}
{{- define "tidewright.selector" -}}
app.kubernetes.io/name: tidewright
app.kubernetes.io/instance: {{ include "tidewright.name" .root }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "tidewright.labels" -}}
{{ include "tidewright.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "tidewright.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "tidewright.instance" -}}
{{- .Values.instance | default (include "tidewright.name" .) -}}
{{- end }}

{{- define "tidewright.adminSecret" -}}
{{- .Values.admin.existingSecret | default (printf "%s-admin" (include "tidewright.name" .)) -}}
{{- end }}

{{- define "tidewright.gatewayUrl" -}}
{{- if .Values.gateway.url -}}
{{ .Values.gateway.url }}
{{- else -}}
http://{{ include "tidewright.name" . }}-gateway.{{ .Release.Namespace }}.svc{{ if ne (int .Values.gateway.service.port) 80 }}:{{ .Values.gateway.service.port }}{{ end }}
{{- end -}}
{{- end }}

{{- define "tidewright.database" -}}
{{- if and .Values.postgresql.enabled .Values.database.url }}
{{- fail "database.url names a PostgreSQL, and postgresql.enabled brings another: set postgresql.enabled=false" }}
{{- end }}
{{- if not (or .Values.postgresql.enabled (and .Values.database.url .Values.database.existingSecret)) }}
{{- fail "without postgresql.enabled, set database.url (jdbc:postgresql://host/name) and database.existingSecret" }}
{{- end }}
- name: SPRING_DATASOURCE_URL
  value: {{ .Values.database.url | default (printf "jdbc:postgresql://%s-postgresql:5432/tidewright" (include "tidewright.name" .)) | quote }}
- name: SPRING_DATASOURCE_USERNAME
  value: {{ .Values.postgresql.enabled | ternary "tidewright" .Values.database.username | quote }}
- name: SPRING_DATASOURCE_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .Values.postgresql.enabled | ternary (printf "%s-postgresql" (include "tidewright.name" .)) .Values.database.existingSecret }}
      key: {{ .Values.postgresql.enabled | ternary "password" .Values.database.passwordKey }}
{{- end }}

{{/* What Pod Security calls restricted; takes the numeric user. */}}
{{- define "tidewright.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "tidewright.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* Spread over nodes as well as it goes; takes root and component. */}}
{{- define "tidewright.spread" -}}
- maxSkew: 1
  topologyKey: kubernetes.io/hostname
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "tidewright.selector" . | nindent 6 }}
- maxSkew: 1
  topologyKey: topology.kubernetes.io/zone
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "tidewright.selector" . | nindent 6 }}
{{- end }}

{{- define "tidewright.environment" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* As JSON, because names may have hyphens, which variables have not. */}}
{{- define "tidewright.clusters" -}}
{{- $clusters := dict }}
{{- range $name, $its := . }}
{{- $kubeconfig := printf "/etc/tidewright/clusters/%s/%s" $name ($its.key | default "kubeconfig") }}
{{- $one := dict "kubeconfig" $kubeconfig "api" $its.api "context" ($its.context | default "") "runtime-image" ($its.runtimeImage | default "") }}
{{- $_ := set $clusters $name $one }}
{{- end }}
{{- dict "tidewright" (dict "kubernetes" (dict "clusters" $clusters)) | toJson -}}
{{- end }}
