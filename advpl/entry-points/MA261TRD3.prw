#Include "Protheus.ch"

// Transaction: no

/*
MA261TRD3 - Transferencia modelo 2 (MATA261) gravada, depois da transacao. PARAMIXB[1]:
array de pares de registros de SD3, {saida, entrada}. O retorno nao e usado.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu a linha
    U_KBESTTRF(PARAMIXB)
*/
User Function MA261TRD3()

    U_KBESTTRF(PARAMIXB)

Return Nil
