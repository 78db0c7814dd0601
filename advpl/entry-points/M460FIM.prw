#Include "Protheus.ch"

// Transaction: no

/*
M460FIM - Fim da geracao da nota, fora da transacao. Aqui so se acorda o job; o evento ja
foi gravado em SF2460I. Sem PARAMIXB; o retorno nao e usado.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu a linha
    U_KBWAKE()
*/
User Function M460FIM()

    U_KBWAKE()

Return Nil
