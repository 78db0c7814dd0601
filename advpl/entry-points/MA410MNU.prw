#Include "Protheus.ch"

// Transaction: no

/*
MA410MNU - Monta o menu do browse de pedidos. Nao e um ponto de evento: poe a opcao
"Eventos Kafka" em aRotina, que e Private da rotina padrao. O retorno nao e usado.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu a linha
    aAdd(aRotina, {"Eventos Kafka", "U_KBMONPV", 0, 2, 0, Nil})
*/
User Function MA410MNU()

    aAdd(aRotina, {"Eventos Kafka", "U_KBMONPV", 0, 2, 0, Nil})

Return Nil
