#!/bin/bash
# monitor-kafka.sh - monitor do middleware Kafka no terminal
# Uso: ./monitor-kafka.sh [intervalo em segundos]

MIDDLEWARE_URL="http://localhost:8081"
INTERVALO=${1:-5}

while true; do
    clear
    echo "=========================================="
    echo "  MONITOR KAFKA MIDDLEWARE - $(date '+%d/%m/%Y %H:%M:%S')"
    echo "=========================================="

    HEALTH=$(curl -s "$MIDDLEWARE_URL/health")
    METRICS=$(curl -s "$MIDDLEWARE_URL/metrics")

    if [ -z "$HEALTH" ]; then
        echo "MIDDLEWARE FORA DO AR"
        sleep "$INTERVALO"
        continue
    fi

    echo "Status:        $(echo "$HEALTH" | jq -r '.status')"
    echo "Kafka:         $(echo "$HEALTH" | jq -r 'if .kafka.connected then "conectado" else "DESCONECTADO" end')"
    echo "Brokers:       $(echo "$HEALTH" | jq -r '.kafka.brokers | join(", ")')"
    echo "Acks:          $(echo "$HEALTH" | jq -r '.kafka.acks')"
    echo "Uptime:        $(echo "$HEALTH" | jq -r '.uptime | floor') s"
    echo "Memoria:       $(echo "$METRICS" | jq -r '.middleware.memory.heapUsed / 1048576 | floor') MB"
    echo ""
    echo "--- Mensagens ---"
    echo "Recebidas:     $(echo "$METRICS" | jq -r '.metrics.totalReceived')"
    echo "Enviadas:      $(echo "$METRICS" | jq -r '.metrics.totalSent')"
    echo "Falhas:        $(echo "$METRICS" | jq -r '.metrics.totalFailed')"
    echo "Retries:       $(echo "$METRICS" | jq -r '.metrics.totalRetries')"
    echo "DLQ:           $(echo "$METRICS" | jq -r '.metrics.totalDLQ')"
    echo ""
    echo "--- Outbox ---"
    echo "$METRICS" | jq -r '.outbox | "Total: \(.total)  Pendentes: \(.pending)  Enviadas: \(.sent)  Falhas: \(.failed)  DLQ: \(.dlq)"'
    echo ""
    echo "--- Cluster ---"
    echo "$METRICS" | jq -r '.kafka.brokers[] | "Broker \(.nodeId): \(.host):\(.port)"'

    sleep "$INTERVALO"
done
