#!/bin/bash
# alerts.sh - alertas do middleware Kafka por e-mail
# Crontab: */5 * * * * /opt/kafka-middleware/scripts/alerts.sh

MIDDLEWARE_URL="http://localhost:8081"
EMAIL="ti@empresa.com.br"
MAX_PENDENTES=100
MAX_FALHAS=10

enviar_alerta() {
    echo "$2" | mail -s "[ALERTA KAFKA] $1" "$EMAIL"
}

HEALTH=$(curl -s --max-time 10 "$MIDDLEWARE_URL/health")
if [ $? -ne 0 ]; then
    enviar_alerta "Middleware fora do ar" "O middleware em $MIDDLEWARE_URL nao respondeu."
    exit 2
fi

STATUS=$(echo "$HEALTH" | jq -r '.status')
CONECTADO=$(echo "$HEALTH" | jq -r '.kafka.connected')
PENDENTES=$(echo "$HEALTH" | jq -r '.outbox.pending')
DLQ=$(echo "$HEALTH" | jq -r '.metrics.totalDLQ')
FALHAS=$(curl -s --max-time 10 "$MIDDLEWARE_URL/metrics" | jq -r '.outbox.failed')

if [ "$STATUS" != "healthy" ]; then
    enviar_alerta "Middleware unhealthy" "Status: $STATUS - Kafka conectado: $CONECTADO"
fi

if [ "$PENDENTES" -gt "$MAX_PENDENTES" ]; then
    enviar_alerta "Outbox acumulando" "Mensagens pendentes: $PENDENTES"
fi

if [ "$FALHAS" -gt "$MAX_FALHAS" ]; then
    enviar_alerta "Muitas falhas" "Mensagens com falha: $FALHAS"
fi

if [ "$DLQ" -gt 0 ]; then
    enviar_alerta "Mensagens na DLQ" "Total na DLQ: $DLQ"
fi
