#Include "Protheus.ch"

// Transaction: yes

/*
MT241GRV - Movimentos internos modelo 2 gravados (A241Grava), dentro da transacao.
PARAMIXB[1] e o documento; SD3 posicionado no ultimo item. O retorno nao e usado.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu a linha
    U_KBESTDOC(PARAMIXB)
*/
User Function MT241GRV()

    U_KBESTDOC(PARAMIXB)

Return Nil
