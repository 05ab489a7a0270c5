{{/* The release's name, unless it says bursar already; names of Kubernetes end at 63 characters. */}}
{{- define "bursar.name" -}}
{{- if contains "bursar" .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-bursar" .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "bursar.selector" -}}
app.kubernetes.io/name: bursar
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "bursar.labels" -}}
{{ include "bursar.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{- end -}}

{{- define "bursar.image" -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}

{{/* Nothing runs as root, nothing is written but the mounted volumes. */}}
{{- define "bursar.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "bursar.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "bursar.databaseUrl" -}}
- name: BURSAR_DATABASE_URL
{{- if eq .Values.database.kind "postgres" }}
  valueFrom:
    secretKeyRef:
      name: {{ .Values.database.postgres.secretName }}
      key: {{ .Values.database.postgres.secretKey }}
{{- else }}
  value: sqlite:///var/lib/bursar/bursar.db
{{- end }}
{{- end -}}
